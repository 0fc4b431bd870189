// One activation: how it is, its figures, its chart, its runs, and what can be done.

// Makes the empty card; each of its parts is filled, and filled again, by `fillCard`.
function emptyCard(activation) {
  const parts = {};
  for (const name of ["head", "tiles", "plans"]) parts[name] = element("div");
  for (const name of ["chart", "runs"])
    parts[name] = element("section", { "aria-label": name === "chart" ? "Audience size over time" : "Last runs" });
  const card = element(
    "article",
    { class: "card", id: `activation-${activation.id}`, "aria-labelledby": `name-${activation.id}` },
    parts.head,
    parts.tiles,
    parts.plans,
    element("div", { class: "split" }, parts.chart, parts.runs),
  );
  return { card, parts };
}

function fillCard({ parts }, activation, past, deeds) {
  const { status, plans, error } = activation;
  part(
    parts.head,
    [
      activation.name,
      activation.description,
      activation.standing,
      activation.files,
      status?.paused,
      status?.queued,
      overview.paused,
    ],
    () => cardHead(activation, deeds),
  );
  part(parts.tiles, [activation.audience, activation.last_run, past?.sizes, status, activation.progress], () =>
    tiles(activation, past),
  );
  part(parts.plans, [plans, error, activation.standing], () => [
    error && element("p", { class: "banner", role: "alert" }, error.join(": ")),
    ...plans.map(prepared => planPanel(activation, prepared, deeds.decide)),
    !plans.length &&
      activation.standing === "blocked" &&
      element(
        "p",
        { class: "guard warn" },
        "A guard has stopped the last run, and no plan is kept. “Make a plan” makes one of what is in the segment now.",
      ),
  ]);
  if (!past) return;
  part(parts.chart, past.sizes, () => [
    element("h3", {}, "Audience size over time"),
    sizeChart(activation, past.sizes),
  ]);
  part(parts.runs, past.runs, () => [element("h3", {}, "Last runs"), runsTable(activation, past.runs)]);
}

function cardHead(activation, { act }) {
  const { status } = activation;
  const order = (text, key, said, ...path) => button(text, key, () => act(activation, said, ...path));
  // While everything is paused, one by itself cannot go on.
  const pausing = overview.paused
    ? element("button", { type: "button", disabled: true }, "Everything is paused")
    : status?.paused
      ? order("Resume", "pausing", "It goes on.", "resume")
      : order("Pause", "pausing", "It is paused.", "pause");
  return element(
    "div",
    { class: "head" },
    element(
      "div",
      {},
      element(
        "div",
        { class: "title" },
        element("h2", { id: `name-${activation.id}` }, activation.name),
        pill(STANDINGS[activation.standing] ?? [activation.standing, "?", "calm"]),
        status?.paused && activation.standing !== "paused" && pill(STANDINGS.paused),
        status?.queued && pill(["A run is waiting", "…", "calm"]),
      ),
      activation.description && element("p", {}, activation.description),
      element(
        "p",
        { class: "faint" },
        element("code", {}, activation.id),
        " · ad account ",
        element("code", {}, activation.advertiser),
        ` (${activation.account}) · `,
        activation.files.map(fileName).join(", "),
      ),
    ),
    element(
      "div",
      { class: "buttons", role: "group", "aria-label": `What to do with ${activation.name}` },
      order("Run now", "trigger", "A run starts.", "trigger"),
      order("Make a plan", "prepare", "A plan is made.", "plans"),
      pausing,
    ),
  );
}

const fileName = path => path.split(/[\\/]/).at(-1);

function tiles(activation, past) {
  const { status, last_run: last, progress } = activation;
  const known = (past?.sizes ?? []).filter(size => size.accepted != null);
  const accepted = known.at(-1)?.accepted;
  const change = known.length > 1 ? `${signed(accepted - known.at(-2).accepted)} by the last run` : "by TikTok";
  const matched = (past?.sizes ?? []).filter(size => size.matched != null).at(-1);
  return element(
    "dl",
    { class: "tiles" },
    tile("Identifiers accepted", number(accepted), accepted == null ? "nothing yet" : change),
    tile(
      "People matched",
      number(matched?.matched),
      matched ? ["as TikTok counted ", relative(matched.at)] : "TikTok has not told yet; it takes a day or two",
    ),
    progress
      ? runningTile(progress)
      : tile(
          "Last run",
          last ? relative(last.started) : "never",
          last ? (OUTCOMES[last.outcome] ?? [last.outcome])[0] : "“Run now” starts one",
        ),
    tile("Next run", ...nextRun(activation, status)),
  );
}

function tile(name, value, note) {
  return element(
    "div",
    { class: "tile" },
    element("dt", {}, name),
    element("dd", {}, value, element("span", { class: "note" }, note)),
  );
}

function nextRun(activation, status) {
  if (status?.paused) return ["paused", activation.schedule];
  if (!status?.next_run) return ["on demand", activation.schedule];
  const carriesOn = !status.retries ? "" : activation.standing === "failing" ? "tries again; " : "carries on; ";
  return [relative(status.next_run), carriesOn + activation.schedule];
}

function runningTile(progress) {
  if (progress.doing === "reading") return tile("Running", "reading", plural(progress.members, "member") + " so far");
  const note = element("progress", { max: progress.total, value: progress.done, "aria-label": "Identifiers sent" });
  return tile("Running", `${number(progress.done)} of ${number(progress.total)} sent`, note);
}
