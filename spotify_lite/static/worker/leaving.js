// Signing out takes with it what was kept for whoever did, also where the page is closed at once: pages, covers, songs,
// and the lists of both. What is left are the files of the frame, which are the same for all.

const LEAVES = /^\/(logout|settings\/delete)$/;
const ROWS = "spotify-lite-device"; // holdings.js
const STORES = ["songs", "wishes"];

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "POST" || !LEAVES.test(new URL(url).pathname)) return;
  const answered = fetch(event.request);
  event.respondWith(answered);
  event.waitUntil(answered.then(({ ok, type }) => (ok || type === "opaqueredirect") && empty()).catch(() => {}));
});

async function empty() {
  await Promise.all([forgetPages(), caches.delete(COVERS), caches.delete(SHELF), clear()]);
  new BroadcastChannel(TOLD).postMessage({ emptied: true });
  lying.paths?.clear(); // a channel does not hear itself
}

function clear() {
  return new Promise((done) => {
    const asked = indexedDB.open(ROWS);
    asked.onerror = () => done();
    asked.onupgradeneeded = () => asked.transaction.abort(); // there are none
    asked.onsuccess = () => {
      const step = asked.result.transaction(STORES, "readwrite");
      for (const name of STORES) step.objectStore(name).clear();
      step.oncomplete = step.onabort = () => (asked.result.close(), done());
    };
  });
}
