// The feed: fetches what a song on the tape lacks, at the bitrate that the link carries, and gives it to the tape piece by
// piece as it comes.

import * as fragments from "./fragments.js";

const FIRST = 128 * 1024; // bytes of the first request: the head and some eight seconds
const SPAN = 16; // seconds of sound in one request
const TIGHT = 8; // seconds ahead: with less, a request that is too much for the link is broken off

export class Feed {
  // `choose(renditions, {now, ahead})` returns the one to take; `begun(part)` hears of each part that begins on the tape.
  constructor({ tape, choose, begun }) {
    Object.assign(this, { tape, choose, begun });
    this.last = null; // {part, rendition, at}: what the tape has been given last
  }

  // Append one request's worth of a part.
  async append(part, signal) {
    const { supply } = part;
    const { last, tape } = this;
    const chosen = (known) => this.choose(known, { now: last?.rendition ?? null, ahead: tape.ahead });
    const rendition = await supply.pick(chosen, signal);
    const [from, to] = this.#span(part, rendition);
    const headless = !rendition.head;
    const give = () => (headless && !within(part, rendition, to) ? null : this.#give(part, rendition, to));
    if (!headless) await give();
    for await (const _ of supply.read(rendition, from, to, { signal })) {
      if (!rendition.head) continue;
      await give();
      signal.throwIfAborted();
      if (this.#isTooMuch(part, rendition)) return;
    }
    if (!supply.renditions.includes(rendition)) return; // it is on this device, and another one
    if (!rendition.head) throw new fragments.Unfit("It has no index.");
    await give();
    if (part.complete) supply.end(rendition, signal);
  }

  // Take off the tape what lies behind a place.
  async cut(from) {
    await this.tape.cut(from);
    this.last = null;
  }

  // From which byte to which the next request goes. A rendition that takes over needs its head alone at first, which is
  // as long as the other's.
  #span(part, { head }) {
    const { last } = this;
    if (!head) return [0, (part.cursor && last?.part === part && last.rendition.head?.size) || FIRST];
    const first = head.segments[fragments.segmentAt(head, part.cursor)];
    const from = last?.part === part && last.rendition.head === head ? last.at : first.at;
    const end = head.segments.findLast(({ start }) => start < part.cursor + SPAN);
    return [from, end.at + end.size];
  }

  // Give the tape what is here and it has not been given. The last segment goes in one piece.
  async #give(part, rendition, to) {
    const { head, bytes } = rendition;
    if (this.last?.part !== part || this.last.rendition !== rendition) await this.#begin(part, rendition);
    const { last } = this;
    const final = head.segments.at(-1);
    if (last.at < final.at) await this.#put(bytes.read(last.at, Math.min(to, final.at)));
    if (last.at === final.at && to > final.at) {
      const piece = bytes.read(final.at, head.total);
      if (piece.length === final.size) await this.#put(fragments.evened(piece, head));
    }
    const next = head.segments.find(({ at, size }) => at + size > last.at); // that is not whole there
    part.cursor = Math.max(part.cursor, next ? next.start : head.duration);
    part.complete = last.at >= head.total;
  }

  async #put(piece) {
    if (!piece.length) return;
    await this.tape.put(piece);
    this.last.at += piece.length;
  }

  async #begin(part, rendition) {
    const { head } = rendition;
    part.end ??= part.start + head.duration;
    this.last = null;
    await this.tape.begin(head, part.start, part.end);
    this.last = { part, rendition, at: head.segments[fragments.segmentAt(head, part.cursor)].at };
    this.begun(part);
  }

  // Say whether what is being fetched is more than the link carries, and less there is to take.
  #isTooMuch(part, rendition) {
    const { ahead } = this.tape;
    if (ahead > TIGHT || !this.last) return false;
    const better = this.choose(part.supply.renditions, { now: rendition, ahead });
    return (better.bitrate ?? 0) < (rendition.bitrate ?? 0);
  }
}

// Say whether what a part needs next begins before a byte.
function within(part, { head }, to) {
  return head.segments[fragments.segmentAt(head, part.cursor)].at < to;
}
