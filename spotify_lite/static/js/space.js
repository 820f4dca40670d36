// How much room there is: what the listener gives, what the browser has, and what goes to make room.

import * as eviction from "./eviction.js";
import * as holdings from "./holdings.js";
import * as kept from "./kept.js";
import * as shelf from "./shelf.js";
import * as store from "./store.js";

const KEY = "budget";

let playing = null; // the id of what plays now: it never goes

export function plays(id) {
  playing = id;
}

export function budget() {
  return store.load(KEY, eviction.USUAL);
}

export async function setBudget(bytes) {
  store.save(KEY, bytes);
  await fit();
}

// Return {quota, usage, persisted}; nulls where the browser does not say.
export async function estimate() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return { quota, usage, persisted: await navigator.storage.persisted() };
  } catch {
    return { quota: null, usage: null, persisted: null };
  }
}

// Return the ids of what somebody asked to keep.
export function pinned() {
  return new Set(kept.wanted().flatMap(({ tracks }) => tracks ?? []));
}

// Make room for so many bytes more; say whether there is.
export async function fit(more = 0) {
  await kept.ready();
  const ids = pinned();
  const rows = kept.all();
  const bytes = rows.filter(({ id }) => ids.has(id)).reduce((sum, row) => sum + row.bytes, 0);
  const { quota } = await estimate();
  const most = eviction.room({ budget: budget(), quota, pinned: bytes }) - more;
  const spared = playing === null ? ids : new Set([...ids, playing]);
  if (most >= 0) await drop(eviction.chosen(rows, { room: most, spared }));
  return most >= 0;
}

// Take songs away: the row first, so that nothing is shown that is no longer there.
export async function drop(rows) {
  if (!rows.length) return;
  await holdings.remove(
    "songs",
    rows.map(({ id }) => id),
  );
  await shelf.remove(rows.map(({ path }) => path).filter(Boolean));
  await kept.changed();
}
