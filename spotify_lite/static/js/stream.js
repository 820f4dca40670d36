// A stream: songs that are put on one tape, one behind the other without a gap, each piece at the bitrate that the link
// carries. Its clock goes on over the joins; `position` is of the song that sounds.
// Events: "joined" ({track, seconds}: the next song sounds, the one before was so long), "known" (a length is), "failed"
// ({status}), "unfit" ({track}: it cannot be appended).

import { Feed } from "./feed.js";
import * as fragments from "./fragments.js";
import * as ranges from "./ranges.js";
import { Tape } from "./tape.js";

const SOON = 10; // seconds ahead: with more, the beginning of the next song is fetched, to sound if it is skipped to
const BRIEF = 5_000; // milliseconds that this may take
const LOW = 25; // seconds ahead: with less, more is fetched
const HIGH = 40; // seconds ahead: no more is fetched; a page on a locked phone gets to do little
const DRY = 0.3; // seconds ahead: there is nothing more to sound
const AGAIN = 2_000; // milliseconds after which what failed is tried again while there is sound ahead
const EDGE = 0.05; // seconds before the end that can still be sought

export class Stream extends EventTarget {
  // `choose(renditions, {now, ahead})` returns the one to take; `tape` is one that nothing is on yet.
  constructor({ element, choose, tape = new Tape(element) }) {
    super();
    Object.assign(this, { element, choose, tape });
    this.feed = new Feed({ tape, choose, begun: (part) => this.#place(part) });
    this.parts = []; // what is on the tape or on its way there: the song that sounds, and the one behind it
    this.next = null; // {track, supply} of what comes next, if anything
    this.due = null; // the part that is being fetched
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
    // What begins behind its end may be there before its end is.
    if (ranges.holds(this.element, to) && to <= part.start + part.cursor) this.element.currentTime = to;
    else {
      this.parts = [part];
      this.#restart(async () => {
        Object.assign(part, { cursor: to - part.start, complete: false });
        await this.feed.cut(0);
        this.element.currentTime = to;
      });
    }
    this.fill();
  }

  // Sound the next song now, if its beginning is here; say whether it is.
  skip(track) {
    const [, after] = this.parts;
    if (after?.track !== track || !ranges.holds(this.element, after.start)) return false;
    const { complete } = this.part;
    this.element.currentTime = after.start;
    this.#shift();
    if (!complete) this.#restart(() => {}); // what is left of the other song is not wanted
    return true;
  }

  // What comes next, or null; what was appended of another song is taken out again.
  follow(next) {
    this.next = next;
    const [, after] = this.parts;
    if (after && after.track !== next?.track) {
      this.parts = [this.part];
      this.#restart(() => this.feed.cut(after.start));
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

  #place(part) {
    if (part.placed) return;
    part.placed = true;
    if (part.from) this.element.currentTime = part.start + part.from;
    this.dispatchEvent(new Event("known"));
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
      const { track } = this.due;
      if (this.due !== this.part) this.#restart(() => this.parts.pop());
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
    while (!signal.aborted && (this.due = this.#due())) {
      const { part, due } = this;
      if (due !== part && !part.complete) await this.#taste(due, signal);
      else {
        await due.ready;
        await this.feed.append(due, signal);
        this.problem = null;
        const [, after] = this.parts;
        // Its beginning is put once more, behind an end that is now there: so the two are cut to the sample.
        if (due === part && part.complete && after) after.cursor = 0;
      }
    }
    if (!signal.aborted && this.parts.at(-1).complete && !this.next) await this.tape.finish();
  }

  // Return the song that more is to be appended of, or null where there is enough.
  #due() {
    const { part } = this;
    const [, after] = this.parts;
    const ahead = part.placed ? this.tape.ahead : 0;
    if (ahead >= HIGH) this.hungry = false;
    else if (ahead < LOW) this.hungry = true;
    if (this.problem && (this.problem.refused || performance.now() - this.failedAt < AGAIN)) return null;
    if (this.tape.resting && ahead > LOW) return null;
    if (!part.complete && !after && this.next && ahead >= SOON) return this.#follower();
    if (!this.hungry) return null;
    if (!part.complete) return part;
    if (after) return after.complete ? null : after;
    return this.next && this.#follower();
  }

  #follower() {
    const { track, supply } = this.next;
    const after = { track, supply, start: this.part.end, end: null, from: 0, cursor: 0, placed: true };
    after.ready = supply.ready();
    this.parts.push(after);
    return after;
  }

  // Have the beginning of the next song, if it comes soon: the song that sounds has more to come.
  async #taste(after, signal) {
    const own = new AbortController();
    const stop = () => own.abort();
    const brief = setTimeout(stop, BRIEF);
    signal.addEventListener("abort", stop);
    const stopped = new Promise((done) => own.signal.addEventListener("abort", done, { once: true }));
    try {
      await Promise.race([after.ready, stopped]);
      if (!own.signal.aborted) await this.feed.append(after, own.signal);
    } catch (problem) {
      if (problem instanceof fragments.Unfit) throw problem;
      // it is asked for again when it is next
    } finally {
      clearTimeout(brief);
      signal.removeEventListener("abort", stop);
    }
  }
}
