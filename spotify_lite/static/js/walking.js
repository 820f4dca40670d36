// Walk a search by keys: down and up through what was found, Home and End to its ends, Escape back to the field, where
// it clears what was typed and then lets go.

const STOPS = "#results :is([data-first], .hit, .card h3 a, .recent li a)";

export function start() {
  document.addEventListener(
    "keydown",
    (event) => {
      const main = event.target.closest?.("main.search");
      const special = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      if (!main || special || event.isComposing) return;
      const field = main.querySelector("[data-query]");
      if (event.key === "Escape" ? leave(field, event.target) : step(main, field, event)) event.preventDefault();
    },
    { capture: true }, // before Escape closes the queue and Home scrolls
  );
}

// Return what is best of all that was found: to press it plays a song, and opens all else.
export function best() {
  return document.querySelector(STOPS);
}

function step(main, field, { key, target }) {
  const stops = [...main.querySelectorAll(STOPS)];
  const at = stops.indexOf(target);
  const typing = target === field; // Home and End are the field's own there
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, ...(!typing && { Home: 0, End: stops.length - 1 }) };
  if ((!typing && at < 0) || !(key in places)) return false;
  (stops[Math.min(places[key], stops.length - 1)] ?? field).focus();
  return true;
}

function leave(field, target) {
  if (target !== field) field.focus();
  else if (field.value) field.form.reset();
  else field.blur();
  return true;
}
