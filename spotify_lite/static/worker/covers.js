// Covers never change under their address: once seen they are not asked for again.

const PICTURES = 600; // a small one has some 10 KB, a large one 60
const SIZED = /\/(64|160|320|640)\.webp$/;

const covers = new workbox.strategies.CacheFirst({
  cacheName: COVERS,
  matchOptions: { ignoreVary: true },
  plugins: [
    {
      cacheKeyWillBeUsed: ({ request }) => keyOf(request.url),
      cachedResponseWillBeUsed: ({ cachedResponse, request }) =>
        cachedResponse ?? caches.match(request, { cacheName: SHELF }),
      handlerDidError: ({ request }) => otherSize(request.url),
    },
    new workbox.cacheableResponse.CacheableResponsePlugin({ statuses: [200] }),
    new workbox.expiration.ExpirationPlugin({ maxEntries: PICTURES, purgeOnQuotaError: true }),
  ],
});

workbox.routing.registerRoute(
  ({ sameOrigin, url }) => sameOrigin && (url.pathname.startsWith("/covers/") || url.pathname.startsWith("/drawn/")),
  covers,
);

// Without a network, the same cover in another size is better than none.
async function otherSize(url) {
  if (!SIZED.test(url)) return undefined;
  for (const size of [640, 320, 160, 64]) {
    const key = keyOf(url.replace(SIZED, `/${size}.webp`));
    const found = (await caches.match(key, { cacheName: SHELF })) ?? (await caches.match(key, { cacheName: COVERS }));
    if (found) return found;
  }
  return undefined;
}
