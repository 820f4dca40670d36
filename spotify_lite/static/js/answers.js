// Answers to the searches of this visit: what is typed again stands at once, without a request. Pure.

const MOST = 60; // answers; the largest have some 100 KB, most a fifth of that
const KEPT = 5 * 60_000; // milliseconds; the addresses of audio in an answer are good for 15 minutes or more
const NEW = 10_000; // milliseconds within which an answer is not asked for again

export class Answers {
  constructor(now = Date.now) {
    this.now = now;
    this.known = new Map(); // the least recent first
  }

  set(key, html) {
    this.known.delete(key);
    this.known.set(key, { html, since: this.now() });
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value);
  }

  // Return {html, fresh}, or null; one that is not fresh is good to be looked at until its newer one has come.
  get(key) {
    const found = this.known.get(key);
    if (!found) return null;
    const age = this.now() - found.since;
    if (age > KEPT) {
      this.known.delete(key);
      return null;
    }
    return { html: found.html, fresh: age < NEW };
  }
}

// Return what one search is known by: case, width and surplus space do not change what is found.
export function key(query, kind = "") {
  return `${kind}\n${query.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()}`;
}
