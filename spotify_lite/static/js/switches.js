// Switches that this device remembers: a checkbox with data-setting shows and changes one, wherever it stands.
// "switched" is dispatched on the document when one has changed.

import * as store from "./store.js";

const KEY = "switches";

export function start() {
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset?.setting;
    if (!name) return;
    store.save(KEY, { ...store.load(KEY, {}), [name]: target.checked });
    show(document);
    document.dispatchEvent(new CustomEvent("switched", { detail: name }));
  });
}

// Show on a page that has come what is chosen.
export function show(root) {
  for (const box of root.querySelectorAll("[data-setting]")) box.checked = on(box.dataset.setting);
}

// Return whether a switch is on; all are until somebody turns them off.
export function on(name) {
  return store.load(KEY, {})[name] ?? true;
}
