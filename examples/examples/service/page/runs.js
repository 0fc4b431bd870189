// The last runs: how each ended, what changed, and why not.

const SHOWN_RUNS = 8;

function runsTable(activation, runs) {
  if (!runs.length) return element("p", { class: "empty" }, "No run yet.");
  const columns = ["In", "Out", "Stay", "Left out"].map(text =>
    element("th", { scope: "col", class: `number ${text === "Stay" ? "spare" : ""}` }, text),
  );
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `Last runs of ${activation.name}` },
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col" }, "Run"),
          element("th", { scope: "col" }, "Outcome"),
          columns,
          element("th", { scope: "col", class: "number spare" }, "Took"),
        ),
      ),
      element("tbody", {}, runs.slice(0, SHOWN_RUNS).map(runRows)),
    ),
  );
}

function runRows(run) {
  const counted = run.kinds.length > 0;
  const count = (of, more = "") =>
    element("td", { class: `number ${more}` }, counted ? number(sum(run.kinds, of)) : "–");
  const rejected = run.read ? sum(Object.values(run.read.rejects), count => count) : null;
  const took = run.ended ? lasting((new Date(run.ended) - new Date(run.started)) / 1000) : "–";
  const row = element(
    "tr",
    {},
    element("th", { scope: "row" }, relative(run.started)),
    element("td", {}, pill(OUTCOMES[run.outcome] ?? [run.outcome, "?", "calm"])),
    count(one => one.added),
    count(one => one.removed),
    count(one => one.unchanged, "spare"),
    element("td", { class: "number", title: rejected ? rejectsOf(run.read.rejects) : null }, number(rejected)),
    element("td", { class: "number spare" }, took),
  );
  const reasons = reasonsOf(run);
  if (!reasons.length && !run.warnings.length) return [row];
  const more =
    run.warnings.length > 0 &&
    element(
      "details",
      { "data-key": `run-${run.number}` },
      element("summary", {}, plural(run.warnings.length, "warning")),
      run.warnings.map(text => element("p", {}, text)),
    );
  return [
    row,
    element(
      "tr",
      { class: "why" },
      element(
        "td",
        { colspan: 7 },
        reasons.map(text => element("p", {}, text)),
        more,
      ),
    ),
  ];
}

// Why a run did not do everything: failures with their causes, guards with their reasons.
function reasonsOf(run) {
  const guards = run.guards
    .filter(guard => guard.verdict === "blocked" || guard.verdict === "allowed")
    .map(
      guard =>
        `${guard.verdict === "blocked" ? "Blocked by" : "Passed over:"} “${spaced(guard.guard)}”: ${guard.reason}`,
    );
  const failures = run.failures.map(failure => failure.error.join(": "));
  const later = run.resume_at ? [`Goes on ${distance(run.resume_at)}.`] : [];
  return [...guards, ...failures, ...later];
}

const rejectsOf = rejects =>
  Object.entries(rejects)
    .map(([reason, count]) => `${number(count)} ${spaced(reason)}`)
    .join(", ");
