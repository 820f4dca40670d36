// Whose things this device keeps. Another listener, or nobody any more, finds nothing of who was here before; a guest who
// signs in takes along what is here, as the server does with what they have heard.

import * as counts from "./counts.js";
import * as holdings from "./holdings.js";
import * as kept from "./kept.js";
import * as shelf from "./shelf.js";
import * as store from "./store.js";

const KEY = "owner"; // the name of whose all of this is; nothing: a guest, or nobody
const OWN = ["searches", "continues"]; // of localStorage; memory.js sees to the queue

// Say whether what `owner` keeps goes when `listener` comes; null is a guest. Pure.
export function parts(owner, listener) {
  return owner !== null && owner !== listener;
}

export async function start({ api }) {
  const me = await api.who().catch(() => null);
  if (!me) return; // the server is away, and nobody can have changed
  const listener = me.listener?.username ?? null;
  if (parts(store.load(KEY), listener)) {
    forget();
    await wipe();
  }
  store.save(KEY, listener);
}

// Take away at once what this browser remembers of somebody.
function forget() {
  for (const name of OWN) store.save(name, null);
  counts.forget();
}

// Take away songs, lists, covers and pages.
export async function wipe() {
  await holdings.clear();
  await shelf.empty();
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.filter((name) => /^(pages |covers)/.test(name)).map((name) => caches.delete(name)));
  await kept.changed();
  await (await import("./pocket.js")).wipe(); // where guests may not listen, names are for listeners
}
