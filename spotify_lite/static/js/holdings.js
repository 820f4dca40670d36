// What this device keeps, as rows in IndexedDB: the truth about it. Bodies lie on the shelf; a song whose row has a path
// is whole there. Where there is no IndexedDB there is nothing, and nothing is kept.
//
// songs:  {id, track, path, type, bytes, at, plays}      a Track of the API; at: last use; plays: how often it was heard
// wishes: {key, kind, id, title, artist, cover_url, tracks, at, state}
//         key "album 5"; tracks: ids, null until they are known; state: wanted, kept, full or refused

const NAME = "spotify-lite-device"; // the service worker empties it at sign-out
const STORES = { songs: "id", wishes: "key" };
const PATIENCE = 10_000; // milliseconds; private windows of some browsers never answer

let opening = null;

export async function all(store) {
  try {
    return await run(store, "readonly", (rows) => rows.getAll());
  } catch {
    return [];
  }
}

export async function get(store, key) {
  try {
    return (await run(store, "readonly", (rows) => rows.get(key))) ?? null;
  } catch {
    return null;
  }
}

export function put(store, row) {
  return run(store, "readwrite", (rows) => rows.put(row));
}

export function remove(store, keys) {
  return run(store, "readwrite", (rows) => keys.map((key) => rows.delete(key)).at(-1));
}

export async function clear() {
  for (const store of Object.keys(STORES)) await run(store, "readwrite", (rows) => rows.clear()).catch(() => {});
}

// Change one row by a function of it in one step, so that no other tab comes between; null takes no row for one.
export function change(store, key, by) {
  return run(store, "readwrite", (rows) => {
    rows.get(key).onsuccess = ({ target }) => {
      const row = by(target.result ?? null);
      if (row) rows.put(row);
    };
  });
}

async function run(store, mode, act) {
  opening ??= opened().catch((error) => {
    opening = null; // the next one tries again
    throw error;
  });
  const database = await opening;
  return new Promise((resolve, reject) => {
    const step = database.transaction(store, mode);
    const asked = act(step.objectStore(store));
    step.oncomplete = () => resolve(asked?.result);
    step.onabort = step.onerror = () => reject(step.error);
  });
}

function opened() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("The database does not answer.")), PATIENCE);
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(store, { keyPath });
    };
    asked.onerror = asked.onblocked = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close(); // it is being deleted
      resolve(asked.result);
    };
  });
}
