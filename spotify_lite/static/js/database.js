// Where the outbox is kept: IndexedDB, which all tabs share and which outlives a crash; where it is missing or broken,
// localStorage; where that is full or off, the memory of the page.
// A box has put(entry), and change(by): by(entries) returns {put, remove, result} and is one step for all tabs.

import { idOf } from "./outbox.js";

const NAME = "spotify-lite";
const KEPT = "outbox";
const PATIENCE = 2_000; // milliseconds; private windows of some browsers never answer

// Return a promise of the box; what an earlier page left in localStorage is taken over.
export async function open({ store, indexedDB = globalThis.indexedDB, patience = PATIENCE }) {
  const simple = new Simple(store);
  const database = await opened(indexedDB, patience).catch(() => null);
  if (!database) return simple;
  const box = new Careful(new Database(database), simple);
  const left = simple.entries();
  try {
    for (const entry of left) await box.put(entry);
    simple.forget(left);
  } catch {
    // it stays where it is
  }
  return box;
}

// Keep entries where it is done at once: for a page that goes away before a database has answered.
export function spill(store, entries) {
  const simple = new Simple(store);
  for (const entry of entries) simple.put(entry);
}

class Database {
  constructor(database) {
    this.database = database;
    database.onversionchange = () => database.close(); // it is being deleted
  }

  put(entry) {
    return this.#run((kept) => kept.put(entry));
  }

  change(by) {
    let result;
    const run = this.#run((kept) => {
      kept.getAll().onsuccess = ({ target }) => {
        const changed = by(target.result);
        for (const entry of changed.put ?? []) kept.put(entry);
        for (const id of changed.remove ?? []) kept.delete(id);
        ({ result } = changed);
      };
    });
    return run.then(() => result);
  }

  #run(act) {
    return new Promise((resolve, reject) => {
      const step = this.database.transaction(KEPT, "readwrite");
      step.oncomplete = () => resolve();
      step.onabort = step.onerror = () => reject(step.error);
      act(step.objectStore(KEPT));
    });
  }
}

// The first that still works: a database that fails once, full or closed, is not asked again by this page.
class Careful {
  constructor(first, second) {
    this.first = first;
    this.second = second;
  }

  put(entry) {
    return this.#by((box) => box.put(entry));
  }

  change(by) {
    return this.#by((box) => box.change(by));
  }

  async #by(act) {
    if (this.first) {
      try {
        return await act(this.first);
      } catch {
        this.first = null;
      }
    }
    return act(this.second);
  }
}

class Simple {
  constructor(store) {
    this.store = store;
    this.memory = null; // entries, once storage has refused them
  }

  // Entries of versions before have no id.
  entries() {
    const entries = this.memory ?? this.store.load(KEPT, []);
    return entries.map((entry) => (entry.id ? entry : { id: idOf(entry.event), ...entry }));
  }

  put(entry) {
    this.#save([...this.entries().filter(({ id }) => id !== entry.id), entry]);
  }

  change(by) {
    const { put = [], remove = [], result } = by(this.entries().sort((one, other) => (one.id < other.id ? -1 : 1)));
    const gone = new Set([...remove, ...put.map(({ id }) => id)]);
    if (gone.size) this.#save([...this.entries().filter(({ id }) => !gone.has(id)), ...put]);
    return result;
  }

  forget(entries) {
    this.change(() => ({ remove: entries.map(({ id }) => id) }));
  }

  #save(entries) {
    if (!this.store.save(KEPT, entries.length ? entries : null)) this.memory = entries;
  }
}

function opened(indexedDB, patience) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(KEPT, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
    setTimeout(() => reject(new Error("The database does not answer.")), patience);
  });
}
