// Say the names of what Django's own scripts and tables leave without one: the choosers that select2 draws, and the
// first heading of inline tables.

import { gettext } from "../js/words.js";

function name(root) {
  for (const heading of root.querySelectorAll("th.original:empty")) {
    const words = document.createElement("span");
    words.className = "sr";
    words.textContent = gettext("Row");
    heading.append(words);
  }
  for (const chooser of root.querySelectorAll(".select2-selection[role=combobox]")) {
    const select = chooser.closest(".select2-container").previousElementSibling;
    const label = select?.getAttribute("aria-label") ?? select?.labels?.[0]?.textContent.trim().replace(/:$/, "");
    if (!label) continue;
    chooser.setAttribute("aria-label", label);
    chooser.querySelector("[role=textbox]")?.setAttribute("aria-label", label);
  }
}

export function start() {
  name(document);
  // select2 draws when it is ready, and again whenever a row is added.
  new MutationObserver(() => name(document)).observe(document.querySelector("main"), {
    childList: true,
    subtree: true,
  });
}
