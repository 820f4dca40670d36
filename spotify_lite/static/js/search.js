// Search as one types: the server draws the results, this puts them in; what the device knows itself stands there before
// them, and alone where the server is away. The page works without it.

import { Answers, key as keyOf } from "./answers.js";
import { narrow, widen } from "./narrowing.js";
import * as recent from "./recent.js";
import { refuse } from "./refuse.js";
import * as results from "./results.js";
import * as store from "./store.js";
import * as walking from "./walking.js";
import { gettext } from "./words.js";

const PAUSE = 120; // milliseconds without a key before a search is made
const SLOW = 300; // milliseconds after which one sees that an answer is on its way
const PATIENCE = 15_000; // milliseconds until a silent server counts as away
const SAID = 500; // milliseconds without another answer before one is read out
const HANGUL = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]$/; // its last syllable stays open until one goes on

// `begin` makes an entry of the history, and keeps what stood on the page for the one before.
export function start({ say, onResults: drawn, begin }) {
  const answers = new Answers();
  const onResults = (place) => (recent.fill(place), drawn(place));
  let shown = {}; // the search whose results stand on the page, and their html
  let under = null; // what is being asked
  let timer = 0;
  let saying = 0;
  let entered = false; // was Enter pressed before the answer came?
  let device = null; // glance.js, once it is here and knows names
  let arriving = false;
  let glanced = null; // the search whose results, as this device knows them, stand on the page
  let missed = null; // the search for which neither the server was reached nor this device knew anything yet

  function typed(field) {
    field.form.querySelector("[data-clear]").hidden = !field.value;
    entered = false;
    stop(field);
    if (!device) arrive(field);
    const search = wanted(field);
    const known = answers.get(search.key);
    const stands = search.key === shown.key && !glanced;
    if (stands) widen(results.place());
    else if (known) show(search, known.html);
    else if (device && search.query) glance(field, search);
    else narrow(results.place(), { standing: shown.query ?? "", query: search.query });
    if (known ? !known.fresh : !stands || shown.away) timer = setTimeout(ask, PAUSE, field, search);
  }

  // Show what this device knows, until the server answers; `alone`: it does not.
  async function glance(field, search, { alone = false } = {}) {
    const nodes = await device.draw(search.query, search.kind, { alone }).catch(() => null);
    const late = !field.isConnected || wanted(field).key !== search.key || (shown.key === search.key && !glanced);
    if (late && !alone) return false;
    if (!nodes) {
      narrow(results.place(), { standing: shown.query ?? "", query: search.query });
      return false;
    }
    results.lay(nodes);
    glanced = search;
    onResults(results.place());
    if (scrollY) scrollTo(0, 0);
    clearTimeout(saying);
    saying = setTimeout(results.tell, SAID);
    return true;
  }

  async function arrive(field) {
    if (arriving) return;
    arriving = true;
    const glances = await import("./glance.js").catch(() => null);
    const renewed = glances?.renew(); // what is here answers meanwhile
    if (!(await glances?.ready())) await renewed;
    arriving = false;
    if (!(await glances?.ready())) return;
    device = glances;
    if (!field.isConnected) return;
    const search = wanted(field);
    if (search.key === missed?.key) await fail(field, search);
    else if (search.key !== shown.key && !glanced) glance(field, search);
  }

  async function ask(field, search = wanted(field)) {
    stop(field);
    const mine = (under = new AbortController());
    const patience = search.key === shown.key ? 0 : setTimeout(results.wait, SLOW, field, true);
    const wants = () => mine === under && field.isConnected; // else one has typed on, or gone
    try {
      const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(PATIENCE)]);
      const answer = await fetch(search.partial, { signal, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) {
        refuse(answer);
        throw new Error(answer.statusText);
      }
      const html = results.read(await answer.text());
      if (!html.includes("data-partial")) answers.set(search.key, html); // else the next one may have more
      if (wants()) show(search, html);
    } catch {
      if (wants() && (search.key !== shown.key || glanced)) await fail(field, search);
    } finally {
      clearTimeout(patience);
      if (wants()) results.wait(field, false);
    }
  }

  // Forget what was on its way: it is no longer what is wanted.
  function stop(field) {
    clearTimeout(timer);
    under?.abort();
    under = null;
    missed = null;
    results.wait(field, false);
  }

  async function fail(field, search) {
    const again = () => field.isConnected && ask(field);
    if (device && search.query && !search.further && (await glance(field, search, { alone: true }))) {
      if (search.key !== shown.key) follow(search);
      shown = { ...search, html: results.place().innerHTML, away: true };
      glanced = null;
      addEventListener("online", again, { once: true });
      return;
    }
    const sentence = navigator.onLine
      ? gettext("The search did not come through. What stands here is from before.")
      : gettext("This device is offline. What stands here is from before; the search goes on once it is back.");
    missed = search;
    widen(results.place());
    if (!navigator.onLine) addEventListener("online", again, { once: true });
    say(sentence, { label: gettext("Try again"), act: again });
  }

  function show(search, html) {
    const other = search.key !== shown.key;
    const before = search.further ? results.count() : 0;
    if (other) follow(search);
    if (html !== shown.html || glanced) {
      results.put(html);
      onResults(results.place());
    }
    shown = { ...search, html };
    glanced = null;
    if (before) results.focusFrom(before);
    else if (other && scrollY) scrollTo(0, 0);
    if (entered) mean();
    if (entered && fine()) walking.best()?.focus();
    entered = false;
    clearTimeout(saying);
    saying = setTimeout(results.tell, SAID);
  }

  // Let address and title follow; a search that was meant keeps its entry in the history, and the next one gets another.
  function follow({ query, address }) {
    if (history.state?.meant) begin(address, { main: stood() });
    else history.replaceState(history.state, "", address);
    document.title = `${query ? `${query} · ` : ""}${gettext("Search")} · Spotify Lite`;
  }

  // What stands from this device was good enough to be used: the address is its own.
  function settle() {
    if (!glanced) return;
    if (glanced.key !== shown.key) follow(glanced);
    shown = { ...glanced, html: results.place().innerHTML, away: true };
    glanced = null;
  }

  // Return the page as it was before one typed on.
  function stood() {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelector("[data-query]").value = shown.query;
    if (glanced) main.querySelector("#results").replaceChildren(...results.nodes(shown.html));
    widen(main);
    return main;
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-query]")) return;
    if (!event.isComposing || HANGUL.test(event.data ?? "")) typed(field);
    else stop(field);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches?.("[data-query]")) typed(event.target);
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.("[data-query]");
    if (!field) return;
    event.preventDefault();
    const search = wanted(field);
    if (!fine()) field.blur(); // the keyboard makes room for the answer
    if (search.query && search.key !== (glanced ?? shown).key) {
      ask(field, search);
      entered = true;
    } else if (search.query) {
      settle();
      mean();
      if (fine()) walking.best()?.click(); // one sees what it is
    }
  });
  document.addEventListener("reset", (event) => {
    const field = event.target.querySelector?.("[data-query]");
    if (!field) return;
    event.preventDefault();
    field.value = "";
    field.focus();
    typed(field);
  });
  document.addEventListener(
    "click",
    (event) => {
      const pressed = event.target.closest?.("#results :is(a, button)");
      if (!pressed) return;
      settle();
      mean();
      if (!("further" in pressed.dataset) || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault(); // the list grows where it is
      const field = document.querySelector("[data-query]");
      const { pathname, search } = pressed;
      const address = pathname + search;
      ask(field, { ...wanted(field), key: address, address, partial: `${address}&partial`, further: true });
    },
    { capture: true }, // before the page changes
  );
  document.addEventListener("switched", async ({ detail }) => {
    if (detail === "names") (await import("./glance.js")).renew();
  });
  recent.start({ say });
  walking.start();

  // A page has come: what stands on it is what its address asked for.
  return function page(main) {
    const field = main.querySelector("[data-query]");
    clearTimeout(timer);
    clearTimeout(saying);
    under?.abort();
    under = null;
    entered = false;
    shown = {};
    glanced = null;
    if (!field) return;
    recent.fill(main);
    const asked = new URLSearchParams(location.search).get("q") ?? "";
    const already = field.value.trim();
    if (!already) field.value = asked; // the page is as it was kept on this device, for whatever is asked
    const free = document.activeElement === document.body; // else somebody is on something that stays
    if (free && fine()) field.focus({ preventScroll: true });
    if (already === asked.trim()) {
      shown = { ...wanted(field), html: main.querySelector("#results").innerHTML };
      if (!answers.get(shown.key)) answers.set(shown.key, shown.html);
    } else typed(field); // or somebody typed before this script was here
    if (device) device.renew();
    else if (store.load("names", null)) arrive(field); // else there are none here yet (pocket.js)
  };
}

// Return what the field asks for now, and where the server answers it.
function wanted(field) {
  const query = field.value.trim();
  if (!query) field.form.elements.kind?.remove(); // who begins anew looks for all kinds
  const kind = field.form.elements.kind?.value;
  const asked = query ? `?${new URLSearchParams({ q: query, ...(kind && { kind }) })}` : "";
  return {
    query,
    kind,
    key: keyOf(query, kind),
    address: `/search${asked}`,
    partial: `/search${asked || "?"}&partial`,
  };
}

// The search led somewhere: Back returns to it, also once another one is typed.
function mean() {
  history.replaceState({ ...history.state, meant: true }, "");
}

function fine() {
  return matchMedia("(pointer: fine)").matches;
}
