// Marks of what is on this device: a sign in each row, bright cards, and the buttons that keep an album.

import { el, icon } from "./element.js";
import * as here from "./here.js";
import * as kept from "./kept.js";
import * as reach from "./reach.js";
import { gettext, say } from "./words.js";

const SIGNS = { kept: "done", full: "info", refused: "info" }; // by the state of a wish
const ITEMS = ".row[data-id], .card, [data-keep]";

export function start() {
  const all = () => {
    dress(document);
    here.show(document.querySelector("main"));
  };
  document.addEventListener("kept", all);
  document.addEventListener("reach", all);
  document.addEventListener("keeping", ({ detail }) => {
    for (const button of document.querySelectorAll("[data-keep]"))
      if (keyOf(button) === detail.key) comes(button, detail);
  });
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      dress(node);
      if (node.matches("main")) here.show(node);
    }
  }).observe(document.body, { childList: true, subtree: true });
  kept.ready().then(all);
}

// Return the wish that a button stands for: data-keep holds the path of an album or a song.
export function keyOf({ dataset }) {
  const [, kind, id] = dataset.keep.split("/");
  return `${kind.slice(0, -1)} ${id}`;
}

function dress(root) {
  if (root.matches?.(ITEMS)) mark(root);
  for (const item of root.querySelectorAll(ITEMS)) mark(item);
}

function mark(item) {
  if ("keep" in item.dataset) button(item);
  else if (item.matches(".card")) card(item);
  else row(item);
}

function row(item) {
  const here = kept.has(Number(item.dataset.id));
  item.toggleAttribute("data-kept", here);
  const sign = here ? "done" : reach.offline() ? "cloud" : "";
  const note = item.querySelector(".note");
  const shown = note?.querySelector("[data-sign]");
  if (!note || (shown?.dataset.sign ?? "") === sign) return;
  shown?.remove();
  if (!sign) return;
  const words = here ? gettext("On this device") : gettext("Waits for the network");
  note.append(el("span", { "data-sign": sign, title: words }, icon(sign), el("span", { class: "sr" }, words)));
}

// A card is bright while something of it plays without a network.
function card(item) {
  const [, kind, id] = item.querySelector("a[href]")?.getAttribute("href").split("/") ?? [];
  const of = { albums: ({ track }) => track.album?.id === Number(id), artists: ({ track }) => by(track, Number(id)) }[
    kind
  ];
  item.toggleAttribute("data-kept", Boolean(of && kept.all().some(of)));
}

function by({ artists }, id) {
  return (artists ?? []).some((person) => person.id === id);
}

function button(node) {
  const wish = kept.wish(keyOf(node));
  const state = wish?.state ?? "";
  node.dataset.state = state;
  node.setAttribute("aria-pressed", String(Boolean(wish)));
  node.querySelector("use").setAttribute("href", `#i-${SIGNS[state] ?? "kept"}`);
  if (state !== "wanted") node.style.removeProperty("--share");
  node.title = words(state);
}

function comes(node, { done, count, share }) {
  node.style.setProperty("--share", (done + share) / count);
  node.title = say(gettext("%(done)s of %(count)s songs are here"), { done, count });
}

function words(state) {
  if (state === "kept") return gettext("Kept on this device");
  if (state === "wanted") return gettext("Comes to this device");
  if (state === "full") return gettext("This device is full");
  if (state === "refused") return gettext("Cannot be kept right now");
  return gettext("Keep on this device");
}
