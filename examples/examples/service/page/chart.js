// The audience's size over time: identifiers that TikTok has accepted, as steps from run to run, and people matched as TikTok
// counts them. Runs that changed nothing because something was in the way are marks on the time axis.

const MARGIN = { top: 14, right: 14, bottom: 40, left: 58 };
const HEIGHT = 250;
const DAY = 24 * 60 * 60 * 1000;
const RANGES = [
  ["Week", 7 * DAY],
  ["Month", 30 * DAY],
  ["Year", 365 * DAY],
  ["All", Infinity],
];

// A chart that fits its width, with a choice of how far back it goes. `sizes` come oldest first.
function sizeChart(activation, sizes) {
  const points = sizes.map(size => ({ ...size, time: +new Date(size.at) }));
  const known = points.filter(point => point.accepted != null || point.matched != null);
  if (!known.length) return element("p", { class: "empty" }, "The audience’s size shows here after the first run.");
  const plot = element("div", { class: "plot", tabindex: "0", role: "img", "data-key": "plot" });
  const last = known.at(-1).time;
  const choices = RANGES.filter(([, length], at) => at === RANGES.length - 1 || length < last - points[0].time);
  let range = Infinity;
  const redraw = () =>
    drawChart(
      plot,
      activation,
      points.filter(point => point.time >= now() - range),
      range,
    );
  const buttons =
    choices.length < 2
      ? []
      : choices.map(([name, length]) =>
          element(
            "button",
            {
              type: "button",
              "data-key": `range-${name}`,
              "aria-pressed": String(length === range),
              onclick: event => {
                range = length;
                for (const other of event.currentTarget.parentNode.children)
                  other.setAttribute("aria-pressed", String(other === event.currentTarget));
                redraw();
              },
            },
            name,
          ),
        );
  // In the next frame: what is observed must not change while it is being measured.
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(plot);
  return element(
    "figure",
    { "aria-label": `Audience size of ${activation.name}` },
    legend(points),
    buttons.length > 0 && element("div", { class: "ranges", role: "group", "aria-label": "How far back" }, buttons),
    plot,
    sizesTable(points),
  );
}

function drawChart(plot, activation, points, range) {
  const width = plot.clientWidth;
  if (!width) return;
  const end = now();
  const start = range === Infinity ? Math.min(points[0]?.time ?? end, end - 10 * 60 * 1000) : end - range;
  const top = Math.max(1, ...points.flatMap(point => [point.accepted ?? 0, point.matched ?? 0]));
  const ticks = countTicks(top);
  const x = time => MARGIN.left + ((time - start) / (end - start)) * (width - MARGIN.left - MARGIN.right);
  const y = count => HEIGHT - MARGIN.bottom - (count / ticks.at(-1)) * (HEIGHT - MARGIN.bottom - MARGIN.top);
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, "aria-hidden": "true" },
    axes(x, y, ticks, start, end, width),
    series(points, x, y, end),
    marks(points, x, y(0)),
  );
  plot.setAttribute("aria-label", summaryOf(activation, points));
  plot.replaceChildren(drawing);
  followPointer(plot, drawing, points, x, y, width);
}

// From 0 to a round number at or above the largest, in at most five steps.
function countTicks(top) {
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 2.5, 5, 10].map(factor => factor * power).find(step => step >= rough),
  );
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, at) => at * step);
}

function axes(x, y, ticks, start, end, width) {
  const lines = ticks.map(count => [
    svg("line", {
      class: count ? "grid" : "axis",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(count),
      y2: y(count),
    }),
    svg(
      "text",
      { x: MARGIN.left - 8, y: y(count) + 4, "text-anchor": "end" },
      count < 10_000 ? number(count) : SHORT.format(count),
    ),
  ]);
  const times = timeTicks(start, end, Math.max(2, Math.floor(width / 110))).map(([time, label]) => [
    svg("line", { class: "axis", x1: x(time), x2: x(time), y1: y(0), y2: y(0) + 5 }),
    svg("text", { x: x(time), y: y(0) + 19, "text-anchor": "middle" }, label),
  ]);
  const middle = (y(0) + MARGIN.top) / 2;
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    ...lines,
    ...times,
    svg(
      "text",
      { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` },
      "identifiers, people",
    ),
    svg("text", { x: width - MARGIN.right, y: HEIGHT - 4, "text-anchor": "end" }, `time (${zone})`),
  ];
}

// Accepted identifiers stay what they are until the next run; what TikTok matches is known at the runs only.
function series(points, x, y, end) {
  const accepted = points.filter(point => point.accepted != null);
  const matched = points.filter(point => point.matched != null);
  const steps = accepted
    .map((point, at) => `${at ? `H${x(point.time)}V` : `M${x(point.time)},`}${y(point.accepted)}`)
    .join("");
  const line = accepted.length ? `${steps}H${x(end)}` : "";
  const dots = points.length <= 60;
  return [
    line && svg("path", { class: "accepted-area", d: `${line}V${y(0)}H${x(accepted[0].time)}Z` }),
    line && svg("path", { class: "accepted", d: line }),
    matched.length > 1 &&
      svg("path", {
        class: "matched",
        d: matched.map((point, at) => `${at ? "L" : "M"}${x(point.time)},${y(point.matched)}`).join(""),
      }),
    dots &&
      accepted.map(point => svg("circle", { class: "dot-accepted", cx: x(point.time), cy: y(point.accepted), r: 3.5 })),
    (dots || matched.length === 1) &&
      matched.map(point => svg("circle", { class: "dot-matched", cx: x(point.time), cy: y(point.matched), r: 3.5 })),
  ]
    .flat()
    .filter(Boolean);
}

const markOf = point =>
  point.outcome === "blocked" ? "blocked" : ["failed", "died", "refused"].includes(point.outcome) ? "failed" : null;

function marks(points, x, y) {
  return points.filter(markOf).map(point => markShape(markOf(point), x(point.time), y - 8));
}

function markShape(mark, x, y) {
  return mark === "blocked"
    ? svg("path", { class: "mark-blocked", d: `M${x},${y - 6}l6,11h-12z` })
    : svg("path", { class: "mark-failed", d: `M${x - 4},${y - 4}l8,8m0,-8l-8,8` });
}

function legend(points) {
  const sample = (...shapes) => svg("svg", { viewBox: "0 0 28 16", "aria-hidden": "true" }, shapes);
  const has = mark => points.some(point => markOf(point) === mark);
  return element(
    "div",
    { class: "legend" },
    element("span", {}, sample(svg("path", { class: "accepted", d: "M2,8h24" })), "Identifiers accepted by TikTok"),
    element(
      "span",
      {},
      sample(svg("path", { class: "matched", d: "M2,8h24" })),
      "People matched, as TikTok counts them",
    ),
    has("blocked") && element("span", {}, sample(markShape("blocked", 14, 9)), "Blocked run"),
    has("failed") && element("span", {}, sample(markShape("failed", 14, 8)), "Failed run"),
  );
}

function summaryOf(activation, points) {
  const accepted = points.filter(point => point.accepted != null);
  const matched = points.filter(point => point.matched != null).at(-1);
  if (!accepted.length) return `No size is known of ${activation.name} in this time.`;
  const [first, last] = [accepted[0], accepted.at(-1)];
  return (
    `Chart of the size of ${activation.name}: ${number(first.accepted)} identifiers accepted on ${WHEN.format(first.time)}, ` +
    `${number(last.accepted)} on ${WHEN.format(last.time)}` +
    `${matched ? `; ${number(matched.matched)} people matched at last` : ""}. Arrow keys go from run to run.`
  );
}
