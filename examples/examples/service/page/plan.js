// A plan that waits for somebody: what it changes, what the guards say and by how much, and the decision.

function planPanel(activation, prepared, decide) {
  const { plan } = prepared;
  const blocked = plan.guards.filter(guard => guard.verdict === "blocked");
  const title = prepared.approved
    ? "Approved: the next run applies this plan"
    : blocked.length
      ? "This plan is blocked and waits for your decision"
      : "This plan waits for your decision";
  const warned = [...new Set([...plan.warnings, ...prepared.warnings])];
  return element(
    "section",
    { class: `plan ${blocked.length ? "" : "ready"}`, "data-plan": prepared.id },
    element("h3", {}, title),
    element(
      "p",
      { class: "faint" },
      "Prepared ",
      relative(prepared.prepared),
      `, ${audienceOf(plan)}, ${costOf(plan.estimate)}.`,
    ),
    element("ul", { "aria-label": "What the guards say" }, blocked.map(verdictItem)),
    element("div", { class: "changes" }, plan.kinds.map(changesOf)),
    othersOf(plan.guards, warned),
    element(
      "div",
      { class: "buttons" },
      !prepared.approved &&
        button(
          blocked.length ? "Approve this plan …" : "Apply this plan …",
          `approve-${prepared.id}`,
          () => decide("approve", activation, prepared),
          { class: "primary" },
        ),
      button("Discard …", `discard-${prepared.id}`, () => decide("discard", activation, prepared)),
    ),
  );
}

function verdictItem(guard) {
  const colour = { blocked: "warn", warned: "calm", allowed: "calm", passed: "good" }[guard.verdict];
  return element("li", { class: `guard ${colour}` }, element("b", {}, `Guard “${spaced(guard.guard)}”`), guard.reason);
}

function changesOf(changed) {
  return element(
    "span",
    {},
    element("b", {}, `+${number(changed.adds)}`),
    " in, ",
    element("b", {}, `−${number(changed.removes)}`),
    ` out, ${number(changed.unchanged)} stay: ${kind(changed.kind)}`,
  );
}

function audienceOf(plan) {
  return plan.audience ? `for the audience “${plan.audience.name}”` : `creates the audience “${plan.name}”`;
}

function costOf(estimate) {
  const time = estimate.at_least_seconds >= 1 ? `, ${lasting(estimate.at_least_seconds)} at least` : "";
  return plural(estimate.batches, "request") + time;
}

// What does not block: guards that passed, and warnings.
function othersOf(guards, warnings) {
  const others = guards.filter(guard => guard.verdict !== "blocked");
  if (!others.length && !warnings.length) return null;
  const texts = [plural(others.length, "other guard"), warnings.length && plural(warnings.length, "warning")].filter(
    Boolean,
  );
  return element(
    "details",
    { "data-key": "others" },
    element("summary", {}, texts.join(", ")),
    warnings.length > 0 &&
      element(
        "ul",
        {},
        warnings.map(warning => element("li", { class: "guard calm" }, warning)),
      ),
    element(
      "ul",
      {},
      others.map(guard => element("li", {}, `${spaced(guard.guard)}: ${guard.verdict}`)),
    ),
  );
}

// What is asked before it is done: title, what it means, what the button says.
function question(deed, activation, { plan }) {
  if (deed === "discard") {
    const text =
      "The audience stays as it is. The next run, or “Make a plan”, makes a new plan of what is in the segment then.";
    return ["Discard this plan?", element("p", {}, text), "Discard"];
  }
  const [adds, removes] = [sum(plan.kinds, one => one.adds), sum(plan.kinds, one => one.removes)];
  const blocked = plan.guards.filter(guard => guard.verdict === "blocked");
  const text = [
    element(
      "p",
      {},
      `Exactly this is sent to “${activation.name}” at TikTok, whatever the segment holds by now: `,
      element("b", {}, `${plural(adds, "identifier")} in, ${number(removes)} out`),
      ".",
    ),
    blocked.length > 0 && element("p", {}, "For this plan only, it passes over:"),
    blocked.length > 0 &&
      element(
        "ul",
        {},
        blocked.map(guard => element("li", {}, element("b", {}, spaced(guard.guard)), `: ${guard.reason}`)),
      ),
  ];
  return [`Approve this plan for “${activation.name}”?`, text, "Approve"];
}
