// Searches that led somewhere, remembered on this device: shown while nothing is typed, forgotten one by one or all.

import { el, icon } from "./element.js";
import * as store from "./store.js";
import { gettext, say as put } from "./words.js";

const NAME = "searches";
const MOST = 6;

// Return the searches with one more: the newest first, each once, whatever its case. Pure.
export function added(searches, query) {
  const same = (other) => other.toLowerCase() === query.toLowerCase();
  return [query, ...searches.filter((other) => !same(other))].slice(0, MOST);
}

export function start({ say }) {
  const typed = () => document.querySelector("[data-query]")?.value.trim();

  function keep(searches) {
    store.save(NAME, searches.length ? searches : null);
    if (searches.length) document.documentElement.dataset.searches = searches.length;
    else delete document.documentElement.dataset.searches;
  }

  // What is opened or played from the results was found: the search is worth remembering.
  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest?.("#results :is(a, [data-play], [data-play-page])") && typed()) {
        keep(added(load(), typed()));
      }
    },
    { capture: true }, // before the page changes
  );
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("[data-search]") && typed()) keep(added(load(), typed()));
  });
  document.addEventListener("click", (event) => {
    const one = event.target.closest?.("[data-forget]");
    if (!one && !event.target.closest?.("[data-forget-all]")) return;
    const before = load();
    const place = one ? before.indexOf(one.dataset.forget) : -1;
    keep(one ? before.filter((query) => query !== one.dataset.forget) : []);
    fill(document);
    focusNear(place);
    say(one ? gettext("The search is forgotten.") : gettext("The searches are forgotten."), {
      label: gettext("Undo"),
      act: () => {
        keep(before);
        fill(document);
      },
    });
  });
}

// Draw what is remembered where the page has a place for it.
export function fill(root) {
  root.querySelector("[data-searched]")?.replaceChildren(...load().map(row));
}

function load() {
  const searches = store.load(NAME, []);
  return Array.isArray(searches) ? searches.filter((query) => typeof query === "string").slice(0, MOST) : [];
}

function row(query) {
  const href = `/search?${new URLSearchParams({ q: query })}`;
  const label = put(gettext("Forget %(query)s"), { query });
  return el(
    "li",
    {},
    el("a", { href, dir: "auto", title: query }, icon("search", "s"), el("bdi", { class: "cut" }, query)),
    el("button", { type: "button", class: "ib", "aria-label": label, "data-forget": query }, icon("x", "s")),
  );
}

function focusNear(place) {
  const left = [...document.querySelectorAll("[data-forget]")];
  (left[Math.min(Math.max(place, 0), left.length - 1)] ?? document.querySelector("[data-query]"))?.focus();
}
