// The shelf: whole songs on this device, in CacheStorage. The key of a song is its address without host and signature, so
// one that has expired finds it, and what lies here is played with the server away. The service worker answers the
// <audio> element from the same cache. Everything is safe to call where the browser keeps nothing.

import * as kept from "./kept.js";

export const NAME = "shelf";
const PATIENCE = 500; // milliseconds
const TOLD = "shelf"; // the channel on which the service worker hears what lies here

export function keyOf(url) {
  return new Request(location.origin + new URL(url, location.href).pathname);
}

// Return the whole answer for an address, or undefined.
export async function match(url) {
  try {
    return await caches.match(keyOf(url), { cacheName: NAME, ignoreVary: true });
  } catch {
    return undefined; // no CacheStorage here, as on a page without TLS
  }
}

export async function has(url) {
  return (await match(url)) !== undefined;
}

// Say at once whether find() is worth waiting for.
export function holds(id) {
  return kept.may(id);
}

// Say whether a song is whole here, as far as that is known.
export function lies(id) {
  return kept.has(id);
}

// Return {url, type, bytes, track} of a song that is whole here, whichever of its renditions that is, or null.
export async function find({ id }) {
  const row = (await Promise.race([kept.ready(), late()]))?.get(id);
  return row ? { url: location.origin + row.path, type: row.type, bytes: row.bytes, track: row.track } : null;
}

// Put a whole body, or one of so many bytes that is still coming; rejects where there is no room.
export async function put(url, body, type, bytes = body.size) {
  const key = keyOf(url);
  const path = new URL(key.url).pathname;
  const headers = { "Content-Type": type, ETag: `"${path.split("/").pop().split(".")[0]}"`, "Accept-Ranges": "bytes" };
  if (bytes) headers["Content-Length"] = bytes;
  const cache = await caches.open(NAME);
  await cache.put(key, new Response(body, { headers }));
  tell({ put: path });
}

// Take songs away by their paths.
export async function remove(paths) {
  const cache = await caches.open(NAME);
  for (const path of paths) {
    await cache.delete(new Request(location.origin + path), { ignoreVary: true });
    tell({ removed: path });
  }
}

export async function empty() {
  await globalThis.caches?.delete(NAME);
  tell({ emptied: true });
}

// Something has been fetched whole for a play: it stays, if what is played often has room for it.
export async function offer(track, url, blob) {
  try {
    await (await import("./habit.js")).take(track, url, blob);
  } catch {
    // it is not kept
  }
}

// A play does not wait for a database that does not answer.
function late() {
  return new Promise((done) => setTimeout(done, PATIENCE));
}

function tell(what) {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(TOLD);
  channel.postMessage(what);
  channel.close();
}
