// Keeping the page up to date, signing in, and doing what is asked.

const EVERY = 3000;
const cards = new Map();
let overview = null;
let lastAnswer = null;
let timer = 0;

async function refresh() {
  clearTimeout(timer);
  try {
    overview = await ask("/api/activations");
    [lastAnswer, clockOffset] = [Date.now(), new Date(overview.now) - Date.now()];
    await Promise.all(overview.activations.map(showActivation));
    showTop();
  } catch (error) {
    if (error.status === 401) return askForToken(token.get() ? error.message : "");
    showTrouble(
      lastAnswer
        ? `${error.message}. What is shown was so ${lasting((Date.now() - lastAnswer) / 1000)} ago; it is tried again by itself.`
        : `${error.message}. It is tried again by itself.`,
    );
  }
  refreshTimes();
  timer = setTimeout(refresh, document.hidden ? EVERY * 10 : EVERY);
}

// Runs and sizes are asked for again when there is a new run only: they may be long.
async function showActivation(activation) {
  if (!cards.has(activation.id)) {
    const made = emptyCard(activation);
    cards.set(activation.id, made);
    byId("activations").append(made.card);
  }
  const shown = cards.get(activation.id);
  const mark = `${activation.last_run?.number}-${activation.last_run?.started}`;
  // Where the state of one cannot be read, its card says so, and the others go on.
  if (shown.mark !== mark && !activation.error) {
    const [runs, sizes] = await Promise.all([
      ask(pathOf(activation, "runs") + `?limit=${SHOWN_RUNS}`),
      ask(pathOf(activation, "sizes")),
    ]);
    [shown.past, shown.mark] = [{ runs, sizes }, mark];
  }
  fillCard(shown, activation, shown.past, { act, decide });
}

function showTop() {
  const { activations, paused, trouble } = overview;
  const count = standing => activations.filter(one => one.standing === standing).length;
  const news = [
    [count("blocked"), "needs a decision", "need a decision"],
    [count("failing"), "is failing", "are failing"],
    [count("running"), "is running", "are running"],
  ]
    .filter(([many]) => many)
    .map(([many, one, more]) => `${many} ${many === 1 ? one : more}`);
  const text = [
    plural(activations.length, "activation"),
    ...(news.length ? news : ["nothing needs you"]),
    paused && "everything is paused",
  ];
  const summary = text.filter(Boolean).join(" · ");
  if (byId("summary").textContent !== summary) byId("summary").textContent = summary;
  document.title =
    count("blocked") + count("failing") ? `(${count("blocked") + count("failing")}) Audiences` : "Audiences";
  Object.assign(byId("pause-all"), { hidden: false, textContent: paused ? "Resume everything" : "Pause everything" });
  byId("sign-out").hidden = !token.get();
  byId("sign-in").hidden = true;
  showTrouble(trouble && `No run starts: ${trouble}.`);
}

function showTrouble(text) {
  byId("banner").hidden = !text;
  if (byId("banner").textContent !== (text || "")) byId("banner").textContent = text || "";
}

// Does something and shows what has become of it at once.
async function act(activation, said, ...path) {
  await attempt(() => ask(pathOf(activation, ...path), "POST"), `${activation.name}: ${said}`);
}

async function attempt(deed, said) {
  try {
    await deed();
    say(said);
    await refresh();
  } catch (error) {
    if (error.status === 401) return askForToken(error.message);
    await refresh();
    showTrouble(error.message);
  }
}

// Asks before a plan is approved or discarded.
function decide(deed, activation, prepared) {
  const [title, text, yes] = question(deed, activation, prepared);
  byId("confirm-title").textContent = title;
  byId("confirm-text").replaceChildren(...[text].flat().filter(Boolean));
  Object.assign(byId("confirm-yes"), {
    textContent: yes,
    className: "primary",
    onclick: () => {
      byId("confirm").close();
      act(
        activation,
        deed === "approve" ? "The plan is approved; a run applies it." : "The plan is discarded.",
        "plans",
        prepared.id,
        deed,
      );
    },
  });
  byId("confirm-no").onclick = () => byId("confirm").close();
  byId("confirm").showModal();
}

function askForToken(wrong) {
  clearTimeout(timer);
  token.forget();
  cards.clear();
  byId("activations").replaceChildren();
  byId("summary").textContent = "Sign in to see them";
  for (const id of ["pause-all", "sign-out"]) byId(id).hidden = true;
  showTrouble("");
  byId("token-error").textContent = wrong;
  byId("sign-in").hidden = false;
  byId("token").focus();
}

byId("sign-in").addEventListener("submit", event => {
  event.preventDefault();
  token.set(byId("token").value.trim());
  byId("token").value = "";
  refresh();
});
byId("sign-out").addEventListener("click", () => askForToken(""));
byId("pause-all").addEventListener("click", () => {
  const paused = overview.paused;
  attempt(
    () => ask(`/api/${paused ? "resume" : "pause"}`, "POST"),
    paused ? "Everything goes on." : "Everything is paused.",
  );
});
document.addEventListener("visibilitychange", () => document.hidden || (byId("sign-in").hidden && refresh()));
if (document.body.dataset.token === "needed" && !token.get()) askForToken("");
else refresh();
