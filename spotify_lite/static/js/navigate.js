// Follow links without leaving the page, so that the sound goes on: fetch, swap main, keep history and scroll.
// Whatever is not a page of ours, or does not come, is a real navigation.

const OWN = /^\/(search|artists\/\d+(\/songs)?|albums\/\d+|tracks\/\d+|genres(\/[^/]+)?|settings)?$/;
const KEPT = 12; // pages that "back" shows at once, as they were

export function start({ onPage }) {
  const kept = new Map(); // history key -> {main, nav, title}
  let key = history.state?.key ?? fresh();
  let under = null; // what is being fetched
  let still = 0; // until scrolling has come to rest

  history.scrollRestoration = "manual";
  history.replaceState({ ...history.state, key }, "");
  if (history.state.y) scrollTo(0, history.state.y); // a reload

  async function visit(url, { replace = false } = {}) {
    keep();
    const page = await read(url);
    if (!page) return;
    clearTimeout(still);
    if (!replace) history.replaceState({ ...history.state, y: scrollY }, "");
    key = fresh();
    history[replace ? "replaceState" : "pushState"]({ key, deep: !replace }, "", page.url);
    show(page);
    scrollTo(0, 0);
    focus();
  }

  async function back(state) {
    clearTimeout(still);
    keep();
    key = state?.key ?? fresh();
    const page = kept.get(key) ?? (await read(location.href));
    if (!page) return;
    show(page);
    scrollTo(0, state?.y ?? 0);
    focus();
  }

  // Return the page at an address, or null when another one was asked for since, or the browser went there itself.
  async function read(url) {
    under?.abort();
    const mine = (under = new AbortController());
    const main = document.querySelector("main");
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, {
        signal: mine.signal,
        credentials: "same-origin",
        headers: { Accept: "text/html" },
      });
      const type = answer.headers.get("Content-Type") ?? "";
      const there = new URL(answer.url);
      const usable = (answer.ok || answer.status === 404) && type.startsWith("text/html") && OWN.test(there.pathname);
      if (!usable) throw new Error("not a page of ours");
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      there.hash = new URL(url, location.href).hash;
      return {
        url: there.href,
        title: parsed.title,
        main: document.adoptNode(parsed.querySelector("main")),
        nav: document.adoptNode(parsed.querySelector("nav")),
      };
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
      return null;
    } finally {
      main.removeAttribute("aria-busy");
    }
  }

  function show({ main, nav, title }) {
    document.title = title;
    document.querySelector("main").replaceWith(main);
    document.querySelector("nav.nav").replaceWith(nav);
    onPage(main);
  }

  // Remember the page as it is, with its scroll place, under its entry of the history.
  function keep() {
    kept.delete(key);
    kept.set(key, {
      title: document.title,
      main: document.querySelector("main"),
      nav: document.querySelector("nav.nav"),
    });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }

  function focus() {
    const heading = document.querySelector("main h1") ?? document.querySelector("main");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (
      !link ||
      event.defaultPrevented ||
      event.button ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    if ("back" in link.dataset && history.state?.deep) {
      event.preventDefault();
      history.back();
      return;
    }
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || link.target || link.hasAttribute("download") || !OWN.test(url.pathname))
      return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    document.querySelector("dialog[open]")?.close();
    visit(url.href);
  });
  addEventListener("popstate", (event) => back(event.state));
  addEventListener("scroll", () => {
    clearTimeout(still);
    still = setTimeout(() => history.replaceState({ ...history.state, y: scrollY }, ""), 100);
  });
  return visit;
}

function fresh() {
  return Math.random().toString(36).slice(2);
}
