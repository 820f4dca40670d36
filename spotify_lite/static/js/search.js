// Search as one types: the server draws the results, this puts them in. The page works without it.

import { parse } from "./trusted.js";
import { gettext } from "./words.js";

const PAUSE = 120; // milliseconds without a key before a search is made

export function start({ say, onResults }) {
  let timer = 0;
  let under = null;
  let shown = null; // the search whose results stand on the page

  async function run(field) {
    clearTimeout(timer);
    const query = field.value.trim();
    if (query === shown) return;
    under?.abort();
    under = new AbortController();
    const kind = field.form.elements.kind?.value;
    const asked = query ? `?${new URLSearchParams({ q: query, ...(kind ? { kind } : {}) })}` : "";
    try {
      const answer = await fetch(`/search${asked || "?"}&partial`, {
        signal: under.signal,
        credentials: "same-origin",
      });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const page = parse(await answer.text());
      if (!field.isConnected) return; // one has gone on to another page
      shown = query;
      const results = document.querySelector("#results");
      results.replaceChildren(...page.body.childNodes);
      history.replaceState(history.state, "", `/search${asked}`);
      document.title = `${query ? `${query} · ` : ""}${gettext("Search")} · Spotify Lite`;
      document.querySelector("[data-said]").textContent = results.querySelector("[data-says]")?.textContent ?? "";
      onResults(results);
    } catch (error) {
      if (error.name === "AbortError" || !field.isConnected) return;
      say(gettext("The search did not come through. What stands here is from before."), {
        label: gettext("Try again"),
        act: () => run(field),
      });
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-query]")) return;
    field.form.querySelector("[data-clear]").hidden = !field.value;
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => run(field), PAUSE);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches?.("[data-query]")) run(event.target);
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.("[data-query]");
    if (!field) return;
    event.preventDefault();
    run(field);
    if (matchMedia("(pointer: coarse)").matches) field.blur(); // the keyboard makes room for the answer
  });
  document.addEventListener("reset", (event) => {
    const field = event.target.querySelector?.("[data-query]");
    if (!field) return;
    event.preventDefault();
    field.value = "";
    field.form.querySelector("[data-clear]").hidden = true;
    field.focus();
    run(field);
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const main = event.target.closest?.("main.search");
    if (!step || !main) return;
    const stops = [main.querySelector("[data-query]"), ...main.querySelectorAll("#results :is(.hit, h3 a, .recent a)")];
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    stops[Math.max(0, Math.min(at + step, stops.length - 1))].focus();
  });

  // A search page has come: what stands on it is what its address asked for.
  return function page(main) {
    const field = main.querySelector("[data-query]");
    clearTimeout(timer);
    under?.abort();
    shown = field ? field.value.trim() : null;
    const free = document.activeElement === document.body; // else somebody is on something that stays
    if (field && free && matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
  };
}
