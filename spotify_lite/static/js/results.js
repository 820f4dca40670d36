// The place on the search page where answers stand.

import { describe, find } from "./places.js";
import { parse } from "./trusted.js";

const ITEMS = ":is(.hit, .card h3 a)";

export function place() {
  return document.querySelector("#results");
}

// Return an answer as it will stand.
export function read(html) {
  return parse(html).body.innerHTML;
}

// Return an answer as nodes.
export function nodes(html) {
  return [...parse(html).body.childNodes];
}

// Put an answer in.
export function put(html) {
  lay(nodes(html));
}

// Lay nodes in: what has the focus keeps it, and pictures that stand already are taken over, so that none flickers.
export function lay(found) {
  const here = place();
  const at = describe(here, document.activeElement);
  const standing = new Map([...here.querySelectorAll("img")].map((image) => [image.src, image]));
  here.replaceChildren(...found);
  for (const image of here.querySelectorAll("img")) {
    if (standing.has(image.src)) image.replaceWith(standing.get(image.src));
    standing.delete(image.src);
  }
  find(here, at)?.focus({ preventScroll: true });
}

export function count() {
  return place().querySelectorAll(ITEMS).length;
}

// Put the focus on the first of what was added at the end.
export function focusFrom(number) {
  place().querySelectorAll(ITEMS)[number]?.focus({ preventScroll: true });
}

// Show that an answer takes its time, or no longer.
export function wait(field, waiting) {
  field.closest(".field").toggleAttribute("data-waiting", waiting);
  place()?.setAttribute("aria-busy", waiting);
}

// Have what was found read out.
export function tell() {
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = place().querySelector("[data-says]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
}
