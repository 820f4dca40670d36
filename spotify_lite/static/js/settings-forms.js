// What forms gain from scripts: the first wrong field has the focus, a password can be looked at, a token be copied.

import { gettext } from "./words.js";

export function start({ say }) {
  document.addEventListener("click", (event) => {
    const reveal = event.target.closest?.("[data-reveal]");
    if (reveal) toggle(reveal);
    const copy = event.target.closest?.("[data-copy]");
    if (copy) take(document.querySelector(copy.dataset.copy), say);
  });
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("[data-reveal][data-on]")) toggle(button); // or no browser keeps it
  });
}

export function show(main) {
  for (const button of main.querySelectorAll("[data-reveal], [data-copy]")) button.hidden = false;
  main.querySelector("[aria-invalid]")?.focus();
}

function toggle(button) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.toggleAttribute("data-on", shown);
  button.textContent = shown ? gettext("Hide") : gettext("Show");
}

async function take(element, say) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    say(gettext("Copied."));
  } catch {
    getSelection().selectAllChildren(element); // without the permission, or on a page without TLS: one key is left
    say(gettext("The token is marked: copy it with your keyboard or menu."));
  }
}
