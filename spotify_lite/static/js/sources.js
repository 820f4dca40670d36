// Places where songs can be fetched, and which of them have just failed: those are tried last for a while, since pages
// that are open name them still. Pure.

const SHUNNED = 60_000; // milliseconds; the server has long stopped naming it then

export class Sources {
  constructor(now = () => performance.now()) {
    this.now = now;
    this.failed = new Map(); // when, by the origin that failed
  }

  // Return the addresses in the order to try them.
  order(urls) {
    const given = [...new Set(urls.filter(Boolean))];
    return [...given.filter((url) => !this.shuns(url)), ...given.filter((url) => this.shuns(url))];
  }

  // Keep in mind that there was no sound from there.
  blame(url) {
    const origin = originOf(url);
    if (origin) this.failed.set(origin, this.now());
  }

  shuns(url) {
    const at = this.failed.get(originOf(url));
    return at !== undefined && this.now() - at < SHUNNED;
  }
}

export function originOf(url) {
  return /^https?:\/\/[^/]+/.exec(url ?? "")?.[0] ?? null;
}
