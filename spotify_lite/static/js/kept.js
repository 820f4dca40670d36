// Which songs are whole on this device, for who asks before a play or draws a list. holdings.js is the truth; this is
// what of it stands in memory. The document hears "kept" {detail: {ids}} when it changes.

import * as holdings from "./holdings.js";

let songs = new Map(); // id -> row, of those that are whole
let wishes = new Map(); // "album 5" -> row
let reading = null;
let known = false; // they have been read

// Return the songs by id, once they are read.
export function ready() {
  reading ??= read();
  return reading;
}

export function ids() {
  return new Set(songs.keys());
}

export function has(id) {
  return songs.has(id);
}

// Say whether a song may be here: before the rows are read, any may.
export function may(id) {
  return !known || songs.has(id);
}

export function all() {
  return [...songs.values()];
}

export function wish(key) {
  return wishes.get(key) ?? null;
}

export function wanted() {
  return [...wishes.values()];
}

// Read again what is kept, and tell who shows it; in the other tabs, too.
export async function changed() {
  reading = read();
  await reading;
  channel?.postMessage("changed");
}

async function read() {
  const rows = await holdings.all("songs");
  songs = new Map(rows.filter(({ path }) => path).map((row) => [row.id, row]));
  known = true;
  wishes = new Map((await holdings.all("wishes")).map((row) => [row.key, row]));
  globalThis.document?.dispatchEvent(new CustomEvent("kept", { detail: { ids: ids() } }));
  return songs;
}

const channel = globalThis.document && globalThis.BroadcastChannel ? new BroadcastChannel("kept") : null;
channel?.addEventListener("message", () => (reading = read()));
