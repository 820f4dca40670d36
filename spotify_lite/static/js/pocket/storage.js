// Where names lie on the device: IndexedDB, which also pages without TLS have. Everything is safe to call where there is
// none; then names are fetched again after a reload, out of the browser's cache.

const NAME = "pocket";
const KEPT = "kept";
const PATIENCE = 3_000; // milliseconds; private windows of some browsers never answer

let opening = null;

export function load(key) {
  return step("readonly", (kept) => kept.get(key)).catch(() => undefined);
}

export function keys() {
  return step("readonly", (kept) => kept.getAllKeys()).catch(() => []);
}

// Say whether it is kept.
export function save(key, value) {
  return step("readwrite", (kept) => kept.put(value, key)).then(
    () => true,
    () => false,
  );
}

export function remove(key) {
  return step("readwrite", (kept) => kept.delete(key)).catch(() => {});
}

export function clear() {
  return step("readwrite", (kept) => kept.clear()).catch(() => {});
}

async function step(mode, act) {
  opening ??= open();
  const database = await opening;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(KEPT, mode);
    const request = act(transaction.objectStore(KEPT));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE, new Error("the database does not answer"));
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEPT);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => {
        database.close();
        opening = null;
      };
      resolve(database);
    };
  });
}
