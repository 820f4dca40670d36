// A sentence above the player: what happened, what is safe, what to do. It goes by itself, or when it is closed.

import * as layers from "./layers.js";

const STAYS = 8_000; // milliseconds; twice that where something can be done about it

// Return tell(sentence, {label, act}): the second is a button that does something about it.
export function start() {
  const toast = document.querySelector("#toast");
  const words = toast.querySelector("p");
  const button = toast.querySelector("[data-toast-act]");
  let timer = 0;
  let does = () => {};
  let before = null; // where the focus came from

  function close() {
    const within = toast.contains(document.activeElement);
    if (toast.matches(":popover-open")) toast.hidePopover();
    if (within && before?.isConnected) before.focus({ preventScroll: true });
  }
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(close, button.hidden ? STAYS : 2 * STAYS);
  };
  toast.addEventListener("focusin", ({ relatedTarget }) => {
    if (!toast.contains(relatedTarget)) before = relatedTarget;
  });
  toast.querySelector("[data-toast-close]").addEventListener("click", close);
  button.addEventListener("click", () => {
    close();
    does();
  });
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);

  return function tell(sentence, { label = "", act = () => {} } = {}) {
    close();
    layers.top().append(toast);
    toast.showPopover(); // again, so that it lies above a view that was opened since
    words.textContent = sentence;
    button.hidden = !label;
    button.textContent = label;
    does = act;
    wait();
  };
}
