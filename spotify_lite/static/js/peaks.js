// The peaks of songs, remembered: a kilobyte each, of the last ones that were drawn.

import { refuse } from "./refuse.js";

const KEPT = 40; // songs

export class Peaks {
  constructor() {
    this.known = new Map(); // address -> its peaks, null where the server has none
    this.asked = new Set();
  }

  // Return the peaks of an address, null where there are none, undefined while nobody knows.
  of(url) {
    return url === null ? null : this.known.get(url);
  }

  // Ask the server, unless it was or is being asked; say whether there is an answer now that was not there before. Where
  // it is away, it is asked again another time.
  async ask(url) {
    if (url === null || this.known.has(url) || this.asked.has(url)) return false;
    this.asked.add(url);
    try {
      const answer = await fetch(url, { priority: "low" });
      if (!answer.ok) refuse(answer);
      if (!answer.ok && answer.status !== 404) return false;
      this.known.set(url, answer.status === 200 ? new Uint8Array(await answer.arrayBuffer()) : null);
      if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
      return true;
    } catch {
      return false;
    } finally {
      this.asked.delete(url);
    }
  }
}
