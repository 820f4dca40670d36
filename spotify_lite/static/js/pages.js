// Pages of ours by their address: fetch one, and take out of it what is swapped.

import { refuse } from "./refuse.js";
import { parse } from "./trusted.js";

const OWN =
  /^\/(search|songs|artists\/\d+(\/(songs|albums))?|albums(\/\d+)?|tracks\/\d+|genres(\/[^/]+)?|device|settings)?$/;
const PATIENCE = 15_000; // milliseconds until a silent server counts as away

export function own(url) {
  return url.origin === location.origin && OWN.test(url.pathname);
}

// Return {page}, {elsewhere} with the address of what only a real navigation shows, or {trouble} that failed.js words.
export async function read(url, signal) {
  const late = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.any([signal, late]),
      credentials: "same-origin",
      headers: { Accept: "text/html" },
    });
    const there = new URL(answer.url);
    if (answer.status === 429 || answer.status >= 500) {
      refuse(answer);
      return { trouble: answer.status === 429 || answer.status === 503 ? "busy" : "broken" };
    }
    const usable = (answer.ok || answer.status === 404) && own(there);
    const html = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
    const parsed = usable && html ? parse(await answer.text()) : refuse(answer);
    // a page in another language was asked for in another tab; the frame around this one would not fit
    if (parsed?.documentElement.lang !== document.documentElement.lang) return { elsewhere: there.href };
    there.hash = new URL(url, location.href).hash;
    const [main, nav] = ["main", "nav.nav"].map((name) => document.adoptNode(parsed.querySelector(name)));
    const { asOf } = parsed.documentElement.dataset; // as it was then, since the server is away
    if (asOf) main.dataset.asOf = asOf;
    return { page: { url: there.href, title: parsed.title, main, nav } };
  } catch {
    return { trouble: late.aborted ? "late" : "away" };
  }
}
