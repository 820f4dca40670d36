// Where the service worker keeps what. Each version of the frame has a cache of its own for its files, and one for the
// pages that were drawn with them: a page that is open or kept finds the very files that it was made for, also after an
// update, until so many newer versions have come that nobody looks at it any more.
/* global SHELL */

const VERSIONS = 3; // of the frame that are kept
const FRAME = `frame ${SHELL.version}`;
const PAGES = `pages ${SHELL.version}`;
const COVERS = "covers";
const SHELF = "shelf"; // whole songs, and what belongs to them; shelf.js puts them there

// Return the caches of a kind, the newest first; that of this version is the newest, whenever it came.
async function generations(kind) {
  const own = `${kind} ${SHELL.version}`;
  const others = (await caches.keys()).filter((name) => name.startsWith(`${kind} `) && name !== own);
  return [own, ...others.reverse()];
}

// Return what one of the versions keeps for a request, or undefined.
async function kept(kind, request) {
  for (const name of await generations(kind)) {
    const found = await caches.match(request, { cacheName: name, ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

// Forget the versions that nobody looks at any more, with their pages.
async function thin() {
  const frames = await generations("frame");
  for (const name of frames.slice(VERSIONS)) {
    await caches.delete(name);
    await caches.delete(name.replace("frame", "pages"));
  }
}

// Forget the pages, of which each may show who is signed in.
async function forgetPages() {
  const names = await generations("pages");
  await Promise.all(names.map((name) => caches.delete(name)));
}

// Return the address under which something of ours is known here: without the host and the signature.
function keyOf(url) {
  return new Request(location.origin + new URL(url).pathname);
}
