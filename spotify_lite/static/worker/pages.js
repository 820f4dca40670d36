// Pages that were visited: from the server, and as they were last seen where it does not answer in time. The page says
// when that was: the <html> of a page that is kept carries `data-as-of`.

const PATIENCE = 4; // seconds until a page is shown as it was, where it is known
const MOST = 100; // pages of a version
const OWN = /^\/(search|device|songs|artists\/\d+(\/(songs|albums))?|albums(\/\d+)?|tracks\/\d+|genres(\/[^/]+)?)?$/;
const FIRST = ["/", "/search", "/device"]; // are there from the beginning
const SAME = ["/search", "/device"]; // whatever is asked of them: what was searched for is not kept
const ENDS = /^\/(login|signup|logout|settings)(\/|$)/; // a form that is sent there may change whose pages these are

const pages = new workbox.strategies.NetworkFirst({
  cacheName: PAGES,
  networkTimeoutSeconds: PATIENCE,
  matchOptions: { ignoreVary: true },
  plugins: [
    {
      cacheKeyWillBeUsed: ({ request }) => pageKey(request.url),
      cacheWillUpdate: ({ request, response }) => keepable(request.url, response),
      cachedResponseWillBeUsed: async ({ cachedResponse, request }) => cachedResponse ?? kept("pages", request),
    },
    new workbox.expiration.ExpirationPlugin({
      maxEntries: MOST,
      purgeOnQuotaError: true,
      matchOptions: { ignoreVary: true },
    }),
  ],
});

workbox.routing.registerRoute(({ sameOrigin, url, request }) => {
  const html = request.mode === "navigate" || request.headers.get("Accept") === "text/html";
  return sameOrigin && html && OWN.test(url.pathname) && !url.searchParams.has("partial");
}, shown);

async function shown({ request, event }) {
  try {
    return await pages.handle({ request, event });
  } catch (problem) {
    // a page that was never seen: what is on the device is shown in its place, unless a script asks
    const instead = request.mode === "navigate" ? await kept("pages", pageKey("/device")) : undefined;
    if (!instead) throw problem;
    return instead;
  }
}

// A page that opens before this worker did, and those that everybody has.
addEventListener("message", (event) => {
  if (event.data?.visited) event.waitUntil(visit(event.data.visited));
});

// Whoever signs in, out, or chooses a language sees other pages from then on.
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && ENDS.test(new URL(url).pathname)) event.waitUntil(forgetPages());
});

async function visit(addresses) {
  for (const address of new Set([...FIRST, ...addresses])) {
    const url = new URL(address, location.origin);
    if (url.origin !== location.origin || !OWN.test(url.pathname)) continue;
    if (await caches.match(pageKey(url.href), { cacheName: PAGES, ignoreVary: true })) continue;
    const answer = await fetch(url.href, { headers: { Accept: "text/html" }, priority: "low" }).catch(() => null);
    const page = answer && (await keepable(url.href, answer));
    if (page) await (await caches.open(PAGES)).put(pageKey(url.href), page);
  }
}

function pageKey(address) {
  const url = new URL(address, location.origin);
  return new Request(location.origin + url.pathname + (SAME.includes(url.pathname) ? "" : url.search));
}

// Return a page as it will be kept, or null where it is not to be.
async function keepable(address, response) {
  const html = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (response.status !== 200 || response.redirected || !html) return null;
  const { pathname, searchParams } = new URL(address, location.origin);
  if (pathname === "/search" && searchParams.has("q")) return null;
  const text = await response.text();
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Refresh"]) headers.delete(name);
  return new Response(text.replace("<html ", `<html data-as-of="${new Date().toISOString()}" `), { headers });
}
