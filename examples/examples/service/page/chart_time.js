// Times at which the chart's axis has a label: whole minutes, hours, days or months of the reader's own clock.

const MINUTE = 60 * 1000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map(minutes => minutes * MINUTE);
const DAYS = [1, 2, 7, 14];
const HOUR_LABEL = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
const DAY_LABEL = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" });
const MONTH_LABEL = new Intl.DateTimeFormat(LANGUAGE, { month: "short", year: "numeric" });

// At most so many, each with its label.
function timeTicks(start, end, most) {
  const length = end - start;
  const step = STEPS.find(step => length / step <= most);
  if (step) return clockTicks(start, end, step);
  const days = DAYS.find(days => length / (days * DAY) <= most);
  if (days) return dateTicks(start, end, date => date.setDate(date.getDate() + days), DAY_LABEL);
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find(months => length / (months * 30 * DAY) <= most) ?? 120;
  return dateTicks(start, end, date => date.setMonth(date.getMonth() + months, 1), MONTH_LABEL);
}

// Counted from the local midnight before; where a label begins a day, it says which.
function clockTicks(start, end, step) {
  const midnight = new Date(start).setHours(0, 0, 0, 0);
  const ticks = [];
  for (let time = midnight + Math.ceil((start - midnight) / step) * step; time <= end; time += step) {
    const date = new Date(time);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    ticks.push([time, isMidnight ? DAY_LABEL.format(date) : HOUR_LABEL.format(date)]);
  }
  return ticks;
}

function dateTicks(start, end, next, label) {
  const date = new Date(start);
  date.setHours(0, 0, 0, 0);
  if (label === MONTH_LABEL) date.setDate(1);
  const ticks = [];
  for (; +date <= end; next(date)) {
    if (+date >= start) ticks.push([+date, label.format(date)]);
  }
  return ticks;
}
