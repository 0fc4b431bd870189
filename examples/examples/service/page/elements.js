// Making elements. Text always goes in as text, so nothing that a name or an error holds is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter(child => child != null && child !== false));
  return made;
}

const byId = id => document.getElementById(id);

// A part of the page that is made anew only when what it shows has changed, so that nobody loses the focus, the place or an open
// detail to an update. `shows` is anything that JSON can hold.
function part(place, shows, make) {
  const now = JSON.stringify(shows);
  if (place.shown === now) return;
  const open = [...place.querySelectorAll("details[open]")].map(details => details.dataset.key);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.shown = now;
  place.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
  for (const details of place.querySelectorAll("details")) details.open = open.includes(details.dataset.key);
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// A button that cannot be pressed twice while what it does is under way.
function button(text, key, press, attributes = {}) {
  const pressed = async event => {
    const pressedButton = event.currentTarget;
    pressedButton.disabled = true;
    try {
      await press(pressedButton);
    } finally {
      pressedButton.disabled = false;
    }
  };
  return element("button", { type: "button", "data-key": key, onclick: pressed, ...attributes }, text);
}

// Tells those who cannot see it what has happened.
function say(text) {
  byId("said").textContent = text;
}
