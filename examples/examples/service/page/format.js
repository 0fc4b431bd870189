// Numbers, times and names as people read them.

const LANGUAGE = "en-GB";
const WHOLE = new Intl.NumberFormat(LANGUAGE);
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const WHEN = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });

const KINDS = {
  email_sha256: "e-mail addresses",
  email_sha512: "e-mail addresses (SHA-512)",
  phone_sha256: "phone numbers",
  idfa_sha256: "iOS device ids",
  idfa_md5: "iOS device ids (MD5)",
  aaid_sha256: "Android device ids",
  aaid_md5: "Android device ids (MD5)",
};
// How an activation or a run is: word, sign, colour.
const STANDINGS = {
  running: ["Running", "↻", "busy"],
  blocked: ["Needs a decision", "!", "warn"],
  failing: ["Failing", "✕", "bad"],
  paused: ["Paused", "‖", "calm"],
  waiting: ["Waiting", "…", "calm"],
  well: ["Up to date", "✓", "good"],
  new: ["Not run yet", "○", "calm"],
};
const OUTCOMES = {
  done: ["Done", "✓", "good"],
  blocked: ["Blocked", "!", "warn"],
  partial: ["Partly done", "…", "warn"],
  pending: ["To be continued", "…", "calm"],
  refused: ["Refused", "✕", "bad"],
  failed: ["Failed", "✕", "bad"],
  died: ["Broken off", "✕", "bad"],
};

const number = count => (count == null ? "–" : WHOLE.format(count));
const kind = name => KINDS[name] ?? name.replaceAll("_", " ");
const spaced = name => name.replaceAll("_", " ");
const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
const signed = count => (count > 0 ? `+${number(count)}` : count < 0 ? `−${number(-count)}` : "±0");
const sum = (list, of) => list.reduce((total, item) => total + of(item), 0);

function pill([word, sign, colour]) {
  return element("span", { class: `pill ${colour}`, "data-sign": sign }, word);
}

// The service's clock may differ from the browser's; what has passed is told by the service's.
let clockOffset = 0;
const now = () => Date.now() + clockOffset;

function lasting(seconds) {
  if (seconds < 1) return `${Math.max(seconds, 0).toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 10 * 60) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 60 / 24)} days`;
}

function distance(time) {
  const seconds = (new Date(time) - now()) / 1000;
  if (Math.abs(seconds) < 45) return seconds > 0 ? "in a moment" : "just now";
  return seconds > 0 ? `in ${lasting(seconds)}` : `${lasting(-seconds)} ago`;
}

// A time as its distance from now, which is kept up to date; the time itself is in the title.
function relative(time) {
  return element("time", { datetime: time, title: WHEN.format(new Date(time)) }, distance(time));
}

function refreshTimes() {
  for (const shown of document.querySelectorAll("time[datetime]")) {
    const text = distance(shown.getAttribute("datetime"));
    if (shown.textContent !== text) shown.textContent = text;
  }
}
