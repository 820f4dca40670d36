// Search in the pocket: names of the catalog on this device, searched beside the page by a worker. The only door to it.

import * as storage from "./pocket/storage.js";
import * as store from "./store.js";
import * as switches from "./switches.js";
import { script } from "./trusted.js";

const SETTING = "names"; // the switch that lets names lie here
const LOOKED = "names"; // when it was last asked whether there are newer ones
const EVERY = 10 * 60_000; // milliseconds between two looks
const IDLE = 2_000; // milliseconds that a look waits for at most, until the page has nothing else to do
const SLOW = ["slow-2g", "2g", "3g"];

let searcher = null;
let opening = null;
let renewing = null;
let told = null; // of the names that are searched: {version, tracks, of, pieces, ...}

// Resolve to whether there are names to be searched here.
export async function ready() {
  if (!able() || !switches.on(SETTING)) return false;
  opening ??= open();
  await opening;
  return Boolean(told?.tracks);
}

// Return {tracks, artists, albums, corrected, best, ...} of light objects; null where nothing is known here. A search
// that was overtaken by another one is answered as well.
export async function search(query, { limit = 10, kinds } = {}) {
  if (!(await ready())) return null;
  return searcher.ask("search", { query, limit, kinds });
}

// Ask, some time soon, whether there are names, or newer ones. The first are fetched where that costs nobody anything.
export function renew() {
  renewing ??= new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done, { timeout: IDLE }))
    .then(look)
    .catch(() => {})
    .finally(() => (renewing = null));
  return renewing;
}

// Forget all names: whoever listens next may not be let in.
export async function wipe() {
  opening = told = null;
  searcher?.end();
  searcher = null;
  store.save(LOOKED, null);
  await storage.clear();
}

// Return {version, tracks, of, bytes} of what lies here, or null; `bytes` as it was sent.
export async function stored() {
  if (!(await ready())) return null;
  const pieces = [...told.pieces, told.letters, told.changes].filter(Boolean);
  return { version: told.version, tracks: told.tracks, of: told.of, bytes: pieces.reduce((sum, { bytes }) => sum + bytes, 0) }; // prettier-ignore
}

async function look() {
  if (!switches.on(SETTING)) {
    await wipe();
    return;
  }
  const here = await ready();
  if (!able() || (!here && dear())) return;
  if (here && Date.now() - store.load(LOOKED, 0) < EVERY) return;
  const builder = new Asked();
  try {
    const found = await builder.ask("renew", { version: told?.version });
    store.save(LOOKED, Date.now());
    if (found) {
      searcher ??= new Asked();
      told = await searcher.ask("take", { found }, buffers(found.flat));
    }
  } catch (error) {
    if (error.status === 401 || error.status === 403) await wipe();
  } finally {
    builder.end();
  }
}

async function open() {
  searcher = new Asked();
  try {
    told = await searcher.ask("open");
  } catch {
    told = null;
  }
}

function able() {
  return typeof Worker === "function";
}

// Say whether megabytes may cost somebody money or patience here.
function dear() {
  const { connection } = navigator;
  return Boolean(connection?.saveData || connection?.type === "cellular" || SLOW.includes(connection?.effectiveType));
}

// A worker whose answers are promises.
class Asked {
  constructor() {
    this.waiting = new Map();
    this.last = 0;
    this.worker = new Worker(script(new URL("./pocket/worker.js", import.meta.url).href), { type: "module" });
    this.worker.addEventListener("message", ({ data: { id, answer, refused } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (refused === undefined) resolve(answer);
      else reject(Object.assign(new Error("refused"), { status: refused }));
    });
    this.worker.addEventListener("error", () => this.end());
  }

  ask(ask, more = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new Error("ended"));
      this.waiting.set(++this.last, { resolve, reject });
      return this.worker.postMessage({ id: this.last, ask, ...more }, transfer);
    });
  }

  end() {
    this.ended = true;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error("ended"));
  }
}

// Return what of an index is moved to the worker instead of copied.
function buffers(flat) {
  const found = new Set();
  const walk = (part) => {
    if (ArrayBuffer.isView(part)) found.add(part.buffer);
    else if (part && typeof part === "object") Object.values(part).forEach(walk);
  };
  walk(flat);
  return [...found];
}
