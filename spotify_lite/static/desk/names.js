// Say the names of what Django's own scripts and tables leave without one: the choosers that select2 draws, the first
// heading of inline tables, the two fields of a moment, and signs that explain.

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
    chooser.querySelector("[role=textbox], [type=search]")?.setAttribute("aria-label", label);
  }
  for (const field of root.querySelectorAll(".datetime input:not([aria-label])")) {
    const words = field.previousSibling?.textContent.trim().replace(/:$/, ""); // date, or time
    if (words) field.setAttribute("aria-label", words);
  }
  for (const sign of root.querySelectorAll(".help-tooltip[aria-label]")) sign.setAttribute("role", "img");
}

export function start() {
  name(document);
  // select2 draws when it is ready, and again whenever a row is added.
  new MutationObserver(() => name(document)).observe(document.querySelector("main"), {
    childList: true,
    subtree: true,
  });
}
