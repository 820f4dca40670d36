// A stream: songs that are put on one tape, one behind the other without a gap, each piece at the bitrate that the link
// carries. Its clock goes on over the joins; `position` is of the song that sounds.
// Events: "joined" ({track, seconds}: the next song sounds, the one before was so long), "known" (a length is), "failed"
// ({status}), "unfit" ({track}: it cannot be appended).

import * as fragments from "./fragments.js";
import * as ranges from "./ranges.js";
import { Tape } from "./tape.js";

const FIRST = 128 * 1024; // bytes of the first request: the head and some eight seconds
const SPAN = 16; // seconds of sound in one request
const LOW = 25; // seconds ahead: with less, more is fetched
const HIGH = 40; // seconds ahead: no more is fetched; a page on a locked phone gets to do little
const TIGHT = 8; // seconds ahead: with less, a request that is too much for the link is broken off
const DRY = 0.3; // seconds ahead: there is nothing more to sound
const AGAIN = 2_000; // milliseconds after which what failed is tried again while there is sound ahead
const EDGE = 0.05; // seconds before the end that can still be sought

export class Stream extends EventTarget {
  // `choose(renditions, {now, ahead})` returns the one to take.
  constructor({ element, choose }) {
    super();
    Object.assign(this, { element, choose });
    this.parts = []; // what is on the tape or on its way there: the song that sounds, and the one behind it
    this.next = null; // {track, supply} of what comes next, if anything
    this.feeding = null; // {part, rendition, at}: what the tape has been given last
    this.problem = null; // why nothing comes
    this.hungry = true;
    this.run = new AbortController(); // of what is being fetched
    this.jobs = Promise.resolve(); // one after the other
    this.filling = false;
    this.closed = false;
  }

  // Begin a song at so many seconds.
  open({ track, supply }, seconds) {
    this.parts = [{ track, supply, start: 0, end: null, from: seconds, cursor: seconds }];
    this.tape = new Tape(this.element);
    this.tape.media.addEventListener("startstreaming", () => this.fill());
    this.fill();
  }

  close() {
    this.closed = true;
    this.run.abort();
    clearTimeout(this.timer);
    this.tape.close();
  }

  get part() {
    return this.parts[0];
  }

  get position() {
    const { from, start, placed } = this.part;
    return placed ? Math.max(0, this.element.currentTime - start) : from;
  }

  // Seconds, or NaN while nobody knows.
  get duration() {
    const { start, end } = this.part;
    return end === null ? NaN : end - start;
  }

  // Go to a place of the song that sounds.
  seek(seconds) {
    const { part } = this;
    if (!part.placed) {
      Object.assign(part, { from: seconds, cursor: seconds });
      this.#restart(() => {});
      return;
    }
    const to = Math.min(part.start + seconds, part.end - EDGE);
    if (ranges.holds(this.element, to)) this.element.currentTime = to;
    else {
      this.parts = [part];
      this.#restart(async () => {
        Object.assign(part, { cursor: to - part.start, complete: false });
        await this.#cut(0);
        this.element.currentTime = to;
      });
    }
    this.fill();
  }

  // Sound the next song now, if its beginning is here; say whether it is.
  skip(track) {
    const [, after] = this.parts;
    if (after?.track !== track || !ranges.holds(this.element, after.start)) return false;
    this.element.currentTime = after.start;
    this.#shift();
    return true;
  }

  // What comes next, or null; what was appended of another song is taken out again.
  follow(next) {
    this.next = next;
    const [, after] = this.parts;
    if (after && after.track !== next?.track) {
      this.parts = [this.part];
      this.#restart(() => this.#cut(after.start));
    }
    this.fill();
  }

  // Look after the tape; called as the sound moves on.
  tick() {
    const [, after] = this.parts;
    const { currentTime } = this.element;
    clearTimeout(this.timer);
    if (after && currentTime >= after.start) this.#join();
    else if (after && after.start - currentTime < 1) {
      this.timer = setTimeout(() => this.tick(), (after.start - currentTime) * 1000 + 5);
    }
    if (this.problem && this.tape.ahead < DRY) this.#giveUp();
    this.fill();
  }

  // Fetch and append until there is enough ahead.
  fill() {
    if (this.filling || this.closed) return;
    this.filling = true;
    this.#do(async () => {
      const { signal } = this.run;
      try {
        await this.#fill(signal);
      } catch (problem) {
        if (!signal.aborted) this.#fail(problem);
      } finally {
        this.filling = false;
      }
    });
  }

  #do(job) {
    this.jobs = this.jobs.then(() => (this.closed ? undefined : job())).catch((problem) => this.#fail(problem));
  }

  // Break off what is being fetched, do something else, and go on.
  #restart(act) {
    this.run.abort();
    this.run = new AbortController();
    this.problem = null;
    this.hungry = true;
    this.#do(act);
    this.#do(() => this.fill());
  }

  async #cut(from) {
    await this.tape.cut(from);
    this.feeding = null;
  }

  #shift() {
    const { start, end } = this.parts.shift();
    this.next = null; // whoever hears of it says what follows now
    return end - start;
  }

  #join() {
    const seconds = this.#shift();
    this.dispatchEvent(new CustomEvent("joined", { detail: { track: this.part.track, seconds } }));
    this.dispatchEvent(new Event("known"));
  }

  #fail(problem) {
    if (this.closed) return;
    if (problem instanceof fragments.Unfit) {
      const { track } = this.parts.at(-1);
      if (this.parts.length > 1) this.#restart(() => this.parts.pop());
      this.dispatchEvent(new CustomEvent("unfit", { detail: { track } }));
      return;
    }
    this.problem = problem;
    this.failedAt = performance.now();
    if (!this.part.placed || this.tape.ahead < DRY) this.#giveUp();
  }

  #giveUp() {
    const { status = null } = this.problem;
    this.problem = null;
    const [{ end }, after] = this.parts;
    if (after && end - this.element.currentTime < DRY) this.#join(); // it is the next one that does not come
    this.dispatchEvent(new CustomEvent("failed", { detail: { status } }));
  }

  async #fill(signal) {
    for (let part; !signal.aborted && (part = this.#due());) {
      await part.ready;
      await this.#append(part, signal);
      this.problem = null;
    }
    if (!signal.aborted && this.parts.at(-1).complete && !this.next) await this.tape.finish();
  }

  // Return the song that more is to be appended of, or null where there is enough.
  #due() {
    const last = this.parts.at(-1);
    const ahead = this.part.placed ? this.tape.ahead : 0;
    if (ahead >= HIGH) this.hungry = false;
    else if (ahead < LOW) this.hungry = true;
    if (this.problem && performance.now() - this.failedAt < AGAIN) return null;
    if (!this.hungry || (this.tape.resting && ahead > LOW)) return null;
    if (!last.complete) return last;
    if (!this.next || this.parts.length > 1) return null;
    const { track, supply } = this.next;
    const next = { track, supply, start: last.end, end: null, from: 0, cursor: 0, placed: true };
    next.ready = supply.ready();
    this.parts.push(next);
    return next;
  }

  // Append one request's worth.
  async #append(part, signal) {
    const { supply } = part;
    const rendition = await supply.pick((known) =>
      this.choose(known, { now: this.feeding?.rendition ?? null, ahead: this.tape.ahead }),
    );
    const [from, to] = this.#span(part, rendition);
    const headless = !rendition.head;
    const feed = () => (headless && !this.#within(part, rendition, to) ? null : this.#feed(part, rendition, to));
    if (!headless) await feed();
    for await (const _ of supply.read(rendition, from, to, { signal })) {
      if (!rendition.head) continue;
      await feed();
      signal.throwIfAborted();
      if (this.#isTooMuch(part, rendition)) return;
    }
    if (!supply.renditions.includes(rendition)) return; // it is on this device, and another one
    if (!rendition.head) throw new fragments.Unfit("It has no index.");
    await feed();
    if (part.complete) supply.end(rendition, signal);
  }

  #within(part, { head }, to) {
    return head.segments[fragments.segmentAt(head, part.cursor)].at < to;
  }

  // From which byte to which the next request goes. A rendition that takes over needs its head alone at first, which is
  // as long as the other's.
  #span(part, { head }) {
    const { feeding } = this;
    if (!head) return [0, (part.cursor && feeding?.part === part && feeding.rendition.head?.size) || FIRST];
    const first = head.segments[fragments.segmentAt(head, part.cursor)];
    const from = feeding?.part === part && feeding.rendition.head === head ? feeding.at : first.at;
    const last = head.segments.findLast(({ start }) => start < part.cursor + SPAN);
    return [from, last.at + last.size];
  }

  // Give the tape what is here and it has not been given. The last segment goes in one piece.
  async #feed(part, rendition, to) {
    const { head, bytes } = rendition;
    if (this.feeding?.part !== part || this.feeding.rendition !== rendition) await this.#begin(part, rendition);
    const { feeding } = this;
    const last = head.segments.at(-1);
    if (feeding.at < last.at) await this.#put(bytes.read(feeding.at, Math.min(to, last.at)));
    if (feeding.at === last.at && to > last.at) {
      const piece = bytes.read(last.at, head.total);
      if (piece.length === last.size) await this.#put(fragments.evened(piece, head));
    }
    const ended = head.segments.findLast(({ at, size }) => at + size <= feeding.at);
    if (ended) part.cursor = Math.max(part.cursor, ended.start + ended.duration);
    part.complete = feeding.at >= head.total;
  }

  async #put(piece) {
    if (!piece.length) return;
    await this.tape.put(piece);
    this.feeding.at += piece.length;
  }

  async #begin(part, rendition) {
    const { head } = rendition;
    part.end ??= part.start + head.duration;
    this.feeding = null;
    await this.tape.begin(head, part.start, part.end);
    this.feeding = { part, rendition, at: head.segments[fragments.segmentAt(head, part.cursor)].at };
    if (part.placed) return;
    part.placed = true;
    if (part.from) this.element.currentTime = part.start + part.from;
    this.dispatchEvent(new Event("known"));
  }

  // Say whether what is being fetched is more than the link carries, and less there is to take.
  #isTooMuch(part, rendition) {
    const { ahead } = this.tape;
    if (ahead > TIGHT || !this.feeding) return false;
    const better = this.choose(part.supply.renditions, { now: rendition, ahead });
    return (better.bitrate ?? 0) < (rendition.bitrate ?? 0);
  }
}
