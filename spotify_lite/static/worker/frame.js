// The frame of the pages: scripts, styles and the font, all with a hash in their names. They are kept at once, those that
// come late included, and never asked for again.

const { registerRoute } = workbox.routing;
const HASHED = /[.-][0-9a-zA-Z]{8,}\.\w+$/;
const DIRECT = ["/api/v1/me*", "/api/v1/search*", "/api/v1/tracks/*/play", "/admin/*", "/healthz", "/sw.js"];

addEventListener("install", (event) => {
  goPast(event);
  event.waitUntil(stock());
  skipWaiting(); // pages that are open go on: what they were made for is kept
});

addEventListener("activate", (event) => {
  workbox.navigationPreload.enable(); // the server is asked while this worker starts
  event.waitUntil(Promise.all([thin(), clients.claim()]));
});

registerRoute(
  ({ sameOrigin, url }) =>
    sameOrigin &&
    (url.pathname.startsWith("/words/") || (url.pathname.startsWith(SHELL.static) && HASHED.test(url.pathname))),
  new workbox.strategies.CacheFirst({
    cacheName: FRAME,
    plugins: [
      { cachedResponseWillBeUsed: ({ cachedResponse, request }) => cachedResponse ?? kept("frame", request) },
      new workbox.cacheableResponse.CacheableResponsePlugin({ statuses: [200] }),
    ],
  }),
);

// Keep all files of the frame; what a version before has is not fetched again.
async function stock() {
  const cache = await caches.open(FRAME);
  await Promise.all(
    SHELL.files.map(async (file) => {
      const known = await kept("frame", file);
      const answer = known ?? (await fetch(file));
      if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
      await cache.put(file, answer);
    }),
  );
}

// What is never kept need not wait for this worker to start, in browsers that can be told so.
function goPast(event) {
  const condition = { or: DIRECT.map((pathname) => ({ urlPattern: { pathname } })) };
  event.addRoutes?.({ condition, source: "network" })?.catch?.(() => {});
}
