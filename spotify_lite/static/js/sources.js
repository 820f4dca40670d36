// Where the current song can be fetched: signed addresses in the order to try them. A place that has just failed is tried
// last for a while: the pages that are open name it still. Pure.

const SHUNNED = 60_000; // milliseconds; the server has long stopped naming it then

export class Sources {
  constructor(now = () => performance.now()) {
    this.now = now;
    this.untried = [];
    this.several = false; // what was offered is served by more places than one
    this.failed = new Map(); // when, by the origin that failed
  }

  // Try these, in this order, but for places that have just failed; forget what was left of others.
  offer(urls) {
    const given = [...new Set(urls.filter(Boolean))];
    this.several = new Set(given.map(originOf)).size > 1;
    this.untried = [...given.filter((url) => !this.shuns(url)), ...given.filter((url) => this.shuns(url))];
  }

  // Return the next address, or null where all of them were tried.
  next() {
    return this.untried.shift() ?? null;
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

function originOf(url) {
  return /^https?:\/\/[^/]+/.exec(url ?? "")?.[0] ?? null;
}
