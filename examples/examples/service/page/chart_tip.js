// What the chart says about one run, under the pointer or by the arrow keys; and the same of all runs as a table.

const TABLE_ROWS = 50;

function followPointer(plot, drawing, points, x, y, width) {
  if (!points.length) return;
  const cursor = svg("line", { class: "cursor", y1: MARGIN.top, y2: y(0), hidden: true });
  const tip = element("div", { class: "tip", hidden: true });
  drawing.append(cursor);
  plot.append(tip);
  let at = -1;
  const show = next => {
    at = Math.max(0, Math.min(points.length - 1, next));
    const point = points[at];
    for (const side of ["x1", "x2"]) cursor.setAttribute(side, x(point.time));
    cursor.removeAttribute("hidden");
    tip.replaceChildren(...tipLines(point));
    tip.hidden = false;
    const left =
      x(point.time) + 14 + tip.offsetWidth > width ? x(point.time) - 14 - tip.offsetWidth : x(point.time) + 14;
    tip.style.transform = `translate(${Math.max(0, left)}px, ${MARGIN.top}px)`;
  };
  const hide = () => {
    cursor.setAttribute("hidden", "");
    tip.hidden = true;
    at = -1;
  };
  plot.onpointermove = event => show(nearest(points, x, event.clientX - plot.getBoundingClientRect().left));
  plot.onpointerdown = plot.onpointermove;
  plot.onpointerleave = hide;
  plot.onblur = hide;
  plot.onkeydown = event => {
    const to = {
      ArrowLeft: at < 0 ? points.length - 1 : at - 1,
      ArrowRight: at < 0 ? 0 : at + 1,
      Home: 0,
      End: points.length - 1,
    }[event.key];
    if (event.key === "Escape") hide();
    if (to === undefined) return;
    event.preventDefault();
    show(to);
    say(tip.innerText.replaceAll("\n", ", "));
  };
}

function nearest(points, x, place) {
  return points.reduce(
    (best, point, at) => (Math.abs(x(point.time) - place) < Math.abs(x(points[best].time) - place) ? at : best),
    0,
  );
}

function tipLines(point) {
  return [
    element("b", {}, WHEN.format(point.time)),
    element(
      "div",
      {},
      point.accepted == null ? "Identifiers: not known" : `${number(point.accepted)} identifiers accepted`,
    ),
    element(
      "div",
      {},
      point.matched == null ? "People matched: not told yet" : `${number(point.matched)} people matched`,
    ),
    element("div", {}, `Run: ${(OUTCOMES[point.outcome] ?? [point.outcome])[0].toLowerCase()}`),
  ];
}

function sizesTable(points) {
  const head = ["Run", "Identifiers accepted", "People matched", "Outcome"];
  const rows = points
    .slice(-TABLE_ROWS)
    .reverse()
    .map(point =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, WHEN.format(point.time)),
        element("td", { class: "number" }, number(point.accepted)),
        element("td", { class: "number" }, number(point.matched)),
        element("td", {}, (OUTCOMES[point.outcome] ?? [point.outcome])[0]),
      ),
    );
  const title = points.length > TABLE_ROWS ? `The last ${TABLE_ROWS} as a table` : "The same as a table";
  return element(
    "details",
    { "data-key": "sizes" },
    element("summary", {}, title),
    element(
      "div",
      { class: "scroll" },
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            head.map((text, at) =>
              element("th", { scope: "col", class: at === 1 || at === 2 ? "number" : null }, text),
            ),
          ),
        ),
        element("tbody", {}, rows),
      ),
    ),
  );
}
