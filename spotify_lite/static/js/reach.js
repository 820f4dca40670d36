// Whether the server can be reached: told by the browser, by what is asked of it anyhow, and, while it is away, by
// asking now and then. The document hears "reach" {detail: {online}}; <html> carries data-offline while it is away.

import { refuse } from "./refuse.js";

const EVERY = 15_000; // milliseconds between two looks while it is away and somebody looks on
const PATIENCE = 4_000; // milliseconds
const root = document.documentElement;

let timer = 0;
let looking = null;

export function start({ api }) {
  api.reached = (there) => (there ? set(true) : look()); // one that failed may be bad luck: look once more
  addEventListener("offline", () => set(false));
  addEventListener("online", look);
  addEventListener("visibilitychange", () => offline() && look());
  if (navigator.onLine === false) set(false);
  else if ("asOf" in root.dataset) look(); // the page is as it was: the server may be away
}

export function offline() {
  return "offline" in root.dataset;
}

// Ask the server, and say whether it is there.
export function look() {
  looking ??= ask().finally(() => (looking = null));
  return looking;
}

async function ask() {
  const signal = AbortSignal.timeout(PATIENCE);
  const there = await fetch("/healthz", { signal, cache: "no-store", credentials: "omit" }).then(
    (answer) => refuse(answer) ?? true, // whatever it says
    () => false,
  );
  set(there);
  return there;
}

function set(online) {
  clearTimeout(timer);
  if (!online) timer = setTimeout(() => (document.hidden ? set(false) : look()), EVERY);
  if (online === !offline()) return;
  if (online) delete root.dataset.offline;
  else root.dataset.offline = "";
  document.dispatchEvent(new CustomEvent("reach", { detail: { online } }));
}
