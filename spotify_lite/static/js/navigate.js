// Follow links without leaving the page, so that the sound goes on: fetch, swap main, keep history, scroll and focus.

import * as failed from "./failed.js";
import * as layers from "./layers.js";
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

  async function visit(url) {
    const over = layers.leave(); // an open menu has an entry of its own in the history: the page takes it
    leave();
    key = fresh();
    const same = url === location.href; // as browsers do, asked for again it is no step
    const state = { key, deep: same && !over ? history.state?.deep : true };
    history[over || same ? "replaceState" : "pushState"](state, "", url);
    await arrive(url);
  }

  // Show the page of the current key: as it was kept, or else from the server.
  async function arrive(url) {
    under?.abort();
    const mine = (under = new AbortController());
    const known = kept.get(key);
    if (known) return show(known, { focus: known.focused });
    document.querySelector("main").setAttribute("aria-busy", "true");
    let waiting = true;
    const patience = setTimeout(async () => {
      const bones = await import("./bones.js").catch(() => null);
      if (bones && waiting && mine === under) show(onItsWay(url, bones));
    }, SOON);
    const answer = await pages.read(url, mine.signal);
    clearTimeout(patience);
    waiting = false;
    if (mine !== under) return undefined;
    if (answer.elsewhere) return location.replace(answer.elsewhere);
    if (answer.trouble) return show(inWords(answer.trouble, url));
    history.replaceState(history.state, "", answer.page.url);
    return show(answer.page);
  }

  // Give what stands on the page from here on an entry of its own; the one before keeps `main`.
  function begin(url, { main }) {
    places.set(key, { y: scrollY, at: null, ringed: false });
    kept.set(key, {
      title: document.title,
      main,
      nav: document.querySelector("nav.nav").cloneNode(true),
      focused: null,
    });
    key = fresh();
    history.pushState({ key, deep: true }, "", url);
  }

  function onItsWay(url, bones) {
    return { title: `${gettext("Loading")} · Spotify Lite`, main: bones.draw(url), nav: marked(url) };
  }

  function inWords(trouble, url) {
    const title = `${gettext("This page did not come through")} · Spotify Lite`;
    return { title, main: failed.draw(trouble, () => arrive(url)), nav: marked(url) };
  }

  // Put a page in, where one was on it: at its top, unless one comes back. What sounds and its bar stay as they are.
  function show({ main, nav, title }, { focus = null } = {}) {
    const before = document.querySelector("main");
    const { activeElement: active } = document;
    const follows = active === document.body || before.contains(active) || active.closest("nav.nav");
    document.title = title;
    announcer.textContent = title;
    main.toggleAttribute("aria-busy", main.hasAttribute("data-bones"));
    before.replaceWith(main);
    document.querySelector("nav.nav").replaceWith(nav);
    onPage(main);
    const { y, at } = places.get(key);
    const target = y ? null : document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView();
    else scrollTo(0, y);
    if (!follows) return;
    const place = focus?.isConnected ? focus : find(main, at);
    if (place) place.focus({ preventScroll: true });
    else if (!main.contains(document.activeElement)) focusHeading(main);
  }

  // Remember where one is on this page; and the page, unless it only stood in for one.
  function leave() {
    const main = document.querySelector("main");
    if ("passing" in main.dataset) return;
    const focused = main.contains(document.activeElement) ? document.activeElement : null;
    places.set(key, { y: scrollY, at: describe(main, focused), ringed: focused?.matches(":focus-visible") ?? false });
    kept.delete(key);
    kept.set(key, { title: document.title, main, nav: document.querySelector("nav.nav"), focused });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const special = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || event.defaultPrevented || special || link.target || link.hasAttribute("download")) return;
    if ("back" in link.dataset && history.state?.deep) {
      event.preventDefault();
      history.back();
      return;
    }
    const url = new URL(link.href, location.href);
    if (!pages.own(url)) return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    visit(url.href);
  });
  addEventListener("popstate", (event) => {
    if (!event.state?.key) {
      history.replaceState({ ...event.state, key }, ""); // a link within the page
    } else if (event.state.key !== key) {
      leave();
      key = event.state.key;
      arrive(location.href);
    }
  });
  addEventListener("pagehide", () => {
    leave();
    places.save();
  });

  // A reload: to where one was. Browsers ring what a script focuses on a new page: not for those who use no keys.
  const { y, at, ringed } = places.get(key);
  if (y) scrollTo(0, y);
  if (ringed) find(document.querySelector("main"), at)?.focus({ preventScroll: true });
  return { visit, begin };
}

// Return the navigation as it will be on a page that is not here yet.
function marked(url) {
  const nav = document.querySelector("nav.nav").cloneNode(true);
  for (const link of nav.querySelectorAll("li a")) {
    if (link.href === new URL(url, location.href).href) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  return nav;
}

function focusHeading(main) {
  const heading = main.querySelector("h1") ?? main;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function fresh() {
  return Math.random().toString(36).slice(2);
}
