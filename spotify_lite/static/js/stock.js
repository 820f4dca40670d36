// The figures of what this device keeps, for whoever shows them.

import * as counts from "./counts.js";
import * as kept from "./kept.js";
import { NAME as SHELF } from "./shelf.js";
import * as space from "./space.js";

// Return {audio: {count, bytes}, covers, pages, frame: {count, bytes}, quota, usage, persisted, hits}. Bytes of what is
// not ours to count exactly are null: the browser says only how much all of it is.
export async function figures() {
  await kept.ready();
  const rows = kept.all();
  const [covers, pages, frame, shelf] = await Promise.all(["covers", "pages ", "frame ", SHELF].map(entries));
  return {
    audio: { count: rows.length, bytes: rows.reduce((sum, row) => sum + row.bytes, 0) },
    covers: { count: covers + Math.max(0, shelf - rows.length), bytes: null },
    pages: { count: pages, bytes: null },
    frame: { count: frame, bytes: null },
    ...(await space.estimate()),
    hits: counts.load(),
  };
}

async function entries(kind) {
  const names = (await globalThis.caches?.keys()) ?? [];
  const found = names.filter((name) => (kind.endsWith(" ") ? name.startsWith(kind) : name === kind));
  const keys = await Promise.all(found.map(async (name) => (await (await caches.open(name)).keys()).length));
  return keys.reduce((sum, count) => sum + count, 0);
}
