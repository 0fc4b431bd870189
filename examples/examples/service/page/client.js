// Asking the service. The token goes into a header, never into an address, and stays in this tab.

const TOKEN = "tikaud.service.token";

const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: text => sessionStorage.setItem(TOKEN, text),
  forget: () => sessionStorage.removeItem(TOKEN),
};

class Refused extends Error {
  constructor(status, causes) {
    super(causes.join(": "));
    this.status = status;
  }
}

async function ask(path, method = "GET") {
  const headers = token.get() ? { Authorization: `Bearer ${token.get()}` } : {};
  let answer;
  try {
    answer = await fetch(path, { method, headers, cache: "no-store", credentials: "omit", redirect: "error" });
  } catch {
    throw new Refused(0, ["The service does not answer"]);
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, body.error ?? [`The service answered ${answer.status}`]);
  return body;
}

const pathOf = (activation, ...rest) =>
  ["/api/activations", activation.id, ...rest].map((piece, at) => (at ? encodeURIComponent(piece) : piece)).join("/");
