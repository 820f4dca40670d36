// What this device remembers of its settings: whatever has data-setting shows one and changes it, wherever it stands. A
// checkbox is a switch, radio buttons and lists are a choice. "switched" is dispatched on the document when one changed.

import * as store from "./store.js";

const KEY = "switches";

export function start() {
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset?.setting;
    if (!name) return;
    store.save(KEY, { ...store.load(KEY, {}), [name]: target.type === "checkbox" ? target.checked : target.value });
    show(document);
    document.dispatchEvent(new CustomEvent("switched", { detail: name }));
  });
}

// Show on a page that has come what is chosen.
export function show(root) {
  for (const control of root.querySelectorAll("[data-setting]")) {
    const { setting: name } = control.dataset;
    if (control.type === "checkbox") control.checked = on(name);
    else if (control.type === "radio")
      control.checked = control.value === chosen(name, control.checked && control.value);
    else control.value = chosen(name, control.value);
  }
}

// Return whether a switch is on; all are until somebody turns them off.
export function on(name) {
  return store.load(KEY, {})[name] ?? true;
}

// Return what was chosen, or `otherwise` until something was; what was a switch before may have been turned off.
export function chosen(name, otherwise) {
  const kept = store.load(KEY, {})[name];
  return kept === false ? "off" : typeof kept === "string" ? kept : otherwise;
}
