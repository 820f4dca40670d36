// Follow links without leaving the page, so that the sound goes on: fetch, swap main, keep history, scroll and focus.

import * as bones from "./bones.js";
import * as failed from "./failed.js";
import * as pages from "./pages.js";
import { Places, describe, find } from "./places.js";
import { gettext } from "./words.js";

const KEPT = 12; // pages that "back" shows at once, as they were
const SOON = 150; // milliseconds: a page that comes within them needs no bones before it

export function start({ onPage }) {
  const kept = new Map(); // history key -> {main, nav, title, focused}
  const places = new Places();
  const announcer = document.querySelector("[data-announce]");
  let key = history.state?.key ?? fresh();
  let under = null; // what is being fetched

  history.scrollRestoration = "manual";
  history.replaceState({ ...history.state, key }, "");

  async function visit(url, { replace = false } = {}) {
    leave();
    key = fresh();
    const deep = replace ? history.state?.deep : true;
    history[replace ? "replaceState" : "pushState"]({ key, deep }, "", url);
    await arrive(url);
  }

  // Show the page of the current key: as it was kept, or else from the server.
  async function arrive(url, { again = false } = {}) {
    under?.abort();
    const mine = (under = new AbortController());
    const known = kept.get(key);
    if (known) {
      show(known);
      stand(known.focused);
      return;
    }
    document.querySelector("main").setAttribute("aria-busy", "true");
    const patience = setTimeout(() => show({ main: bones.draw(url), title: document.title }), SOON);
    const answer = await pages.read(url, mine.signal);
    clearTimeout(patience);
    if (mine !== under) return;
    if (answer.elsewhere) location.replace(answer.elsewhere);
    else if (answer.page) {
      history.replaceState(history.state, "", answer.page.url);
      show(answer.page);
      stand(null);
    } else if (again && document.querySelector("main h1 + p")) {
      show(trouble(url, answer.trouble));
      document.querySelector("main button").focus();
    } else {
      show(trouble(url, answer.trouble));
      stand(null);
    }
  }

  function trouble(url, kind) {
    const title = `${gettext("This page did not come through")} · Spotify Lite`;
    return { title, main: failed.draw(kind, () => arrive(url, { again: true })) };
  }

  function show({ main, nav, title }) {
    document.title = title;
    main.removeAttribute("aria-busy");
    document.querySelector("main").replaceWith(main);
    if (nav) document.querySelector("nav.nav").replaceWith(nav);
    onPage(main);
  }
