// A stream: songs that are appended to one SourceBuffer, one behind the other without a gap, each fragment at the bitrate
// that the link carries. Its clock goes on over the joins; `position` is of the song that sounds.
// Events: "joined" (the next song sounds), "known" (its length is), "failed" ({status}), "unfit" (not a file of that form).

import * as fragments from "./fragments.js";

const FIRST = 128 * 1024; // bytes of the first request: the head and some eight seconds
const SPAN = 16; // seconds of sound in one request
const LOW = 25; // seconds ahead: with less, more is fetched
const HIGH = 40; // seconds ahead: no more is fetched; phones that are locked let pages do little
const TIGHT = 8; // seconds ahead: with less, a request that is too much for the link is broken off
const BEHIND = 60; // seconds that stay in the buffer behind what sounds
const DRY = 0.3; // seconds ahead: there is nothing more to sound
const AGAIN = 2_000; // milliseconds after which what failed is tried again while there is sound ahead
const EDGE = 0.05; // seconds by which ranges of the buffer may be short

const Media = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

// Say whether this browser can append a song at such a path; of what kind its sound is may not be known yet.
export function carries(path, mime) {
  return Boolean(Media && path.endsWith(".mp4") && (!mime || Media.isTypeSupported(mime)));
}

export class Stream extends EventTarget {
  // `choose(renditions, {now, ahead})` returns the one to take.
  constructor({ element, choose }) {
    super();
    Object.assign(this, { element, choose });
    this.parts = []; // what is in the buffer or on its way there: the song that sounds, and the one behind it
    this.next = null; // {track, supply} of what comes next, if anything
    this.feeding = null; // {part, rendition, at}: what the SourceBuffer has been given last
    this.buffer = null; // the SourceBuffer, once the first head is here
    this.problem = null; // why nothing comes
    this.hungry = true;
    this.run = new AbortController(); // of what is being fetched
    this.filling = null;
    this.closed = false;
  }

  // Begin a song at so many seconds.
  open({ track, supply }, seconds) {
    this.parts = [{ track, supply, start: 0, end: null, from: seconds, cursor: seconds, complete: false }];
    this.media = new Media();
    this.opened = new Promise((done) => this.media.addEventListener("sourceopen", done, { once: true }));
    this.media.addEventListener("startstreaming", () => this.fill());
    if (Media !== globalThis.MediaSource) this.element.disableRemotePlayback = true;
    this.url = URL.createObjectURL(this.media);
    this.element.src = this.url;
    this.fill();
  }

  close() {
    this.closed = true;
    this.run.abort();
    clearTimeout(this.timer);
    URL.revokeObjectURL(this.url);
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

  // Seconds of sound that are in the buffer ahead.
  get ahead() {
    const now = this.element.currentTime;
    const { buffered } = this.element;
    for (let place = 0; place < buffered.length; place += 1) {
      if (buffered.start(place) <= now + EDGE && buffered.end(place) > now) return buffered.end(place) - now;
    }
    return 0;
  }

  // Go to a place of the song that sounds.
  seek(seconds) {
    const { part } = this;
    const to = Math.min(part.start + seconds, (part.end ?? Infinity) - EDGE);
    if (!part.placed) {
      part.from = part.cursor = seconds;
      return this.#restart();
    }
    if (this.#buffered(to)) this.element.currentTime = to;
    else {
      this.parts = [part];
      Object.assign(part, { cursor: to - part.start, complete: false });
      this.#restart({ clear: 0, then: () => (this.element.currentTime = to) });
    }
    this.fill();
    return undefined;
  }

  // Sound the next song now, if its beginning is here; say whether it is.
  skip(track) {
    const [, after] = this.parts;
    if (after?.track !== track || !this.#buffered(after.start + EDGE)) return false;
    this.element.currentTime = after.start;
    this.#join({ silent: true });
    return true;
  }

  // What comes next, or null; what was appended of another song is taken out again.
  follow(next) {
    this.next = next;
    const [, after] = this.parts;
    if (after && after.track !== next?.track) {
      this.parts.length = 1;
      this.#restart({ clear: after.start });
    }
    this.fill();
  }

  // Look after the buffer; called as the sound moves on.
  tick() {
    const [, after] = this.parts;
    const { currentTime } = this.element;
    clearTimeout(this.timer);
    if (after && currentTime >= after.start) this.#join();
    else if (after && after.start - currentTime < 1) {
      this.timer = setTimeout(() => this.tick(), (after.start - currentTime) * 1000 + 5);
    }
    if (this.problem && this.ahead < DRY) this.#giveUp();
    this.fill();
  }

  #giveUp() {
    const { status = null } = this.problem;
    this.problem = null;
    this.dispatchEvent(new CustomEvent("failed", { detail: { status } }));
  }

  #join({ silent = false } = {}) {
    const { start, end } = this.parts.shift();
    const { track } = this.part;
    this.next = null; // whoever hears of it says what follows now
    if (!silent) this.dispatchEvent(new CustomEvent("joined", { detail: { track, seconds: end - start } }));
    this.dispatchEvent(new Event("known"));
  }

  #buffered(seconds) {
    const { buffered } = this.element;
    for (let place = 0; place < buffered.length; place += 1) {
      if (buffered.start(place) <= seconds + EDGE && buffered.end(place) > seconds + EDGE) return true;
    }
    return false;
  }

  // Break off what is being fetched, take out of the buffer what lies behind `clear`, and go on.
  #restart({ clear = null, then = null } = {}) {
    this.run.abort();
    this.run = new AbortController();
    this.problem = null;
    this.hungry = true;
    const before = this.filling;
    this.filling = (async () => {
      await before?.catch(() => {});
      if (this.closed) return;
      if (clear !== null) await this.#cut(clear, Infinity);
      then?.();
    })().finally(() => (this.filling = null));
    this.filling.then(() => this.fill());
  }

  // Fetch and append until there is enough ahead.
  fill() {
    if (this.filling || this.closed || !this.parts.length) return;
    const { run } = this;
    this.filling = this.#fill(run.signal)
      .catch((problem) => run.signal.aborted || this.#wait(problem))
      .finally(() => {
        if (this.run === run) this.filling = null;
      });
  }

  async #fill(signal) {
    await null; // `filling` is set
    for (let part; (part = this.#due()) && !signal.aborted; ) {
      await part.ready;
      await this.#append(part, signal);
      this.problem = null;
    }
    if (!signal.aborted && this.parts.at(-1).complete && !this.next) await this.#finish();
  }

  // Return the song that more is to be appended of, or null where there is enough.
  #due() {
    const last = this.parts.at(-1);
    const ahead = this.part.placed ? this.ahead : 0;
    if (ahead >= HIGH) this.hungry = false;
    else if (ahead < LOW) this.hungry = true;
    if (this.problem && performance.now() - this.failedAt < AGAIN) return null;
    if (!this.hungry || (this.media.streaming === false && ahead > LOW)) return null;
    if (!last.complete) return last;
    if (!this.next || this.parts.length > 1) return null;
    const { track, supply } = this.next;
    const next = { track, supply, start: last.end, end: null, from: 0, cursor: 0, complete: false, placed: true };
    next.ready = supply.ready();
    this.parts.push(next);
    return next;
  }

  #wait(problem) {
    if (problem instanceof fragments.Unfit) {
      if (this.parts.length > 1) this.parts.length = 1; // the next song is begun by itself
      else this.dispatchEvent(new Event("unfit"));
      this.next = null;
      return;
    }
    this.problem = problem;
    this.failedAt = performance.now();
    if (!this.part.placed || this.ahead < DRY) this.#giveUp();
  }

  // Append one request's worth.
  async #append(part, signal) {
    const { supply } = part;
    const now = this.feeding?.part === part ? this.feeding.rendition : (this.feeding?.rendition ?? null);
    const rendition = this.choose(supply.renditions, { now, ahead: this.ahead });
    const { head } = rendition;
    const [from, to] = head ? this.#span(part, head) : [0, FIRST];
    if (head) await this.#feed(part, rendition, to);
    for await (const _ of supply.read(rendition, from, to, { signal })) {
      if (!rendition.head) continue;
      if (!head && !this.#near(part, rendition, to)) return; // it begins elsewhere
      await this.#feed(part, rendition, to);
      signal.throwIfAborted();
      if (this.#tooMuch(part, rendition)) return;
    }
    if (!rendition.head) throw new fragments.Unfit("It has no index.");
    if (head || this.#near(part, rendition, to)) await this.#feed(part, rendition, to);
    if (part.complete) supply.complete?.(rendition);
  }

  #near(part, { head }, to) {
    return head.segments[fragments.segmentAt(head, part.cursor)].at < to;
  }

  // From which byte to which the next request goes.
  #span(part, head) {
    const { feeding } = this;
    const first = fragments.segmentAt(head, part.cursor);
    const from = feeding?.part === part && feeding.rendition.head === head ? feeding.at : head.segments[first].at;
    const last = head.segments.findLast(({ start }) => start < part.cursor + SPAN);
    return [from, last.at + last.size];
  }

  // Give the SourceBuffer what is here and it has not been given.
  async #feed(part, rendition, to) {
    const { feeding } = this;
    if (feeding?.part !== part || feeding.rendition !== rendition) await this.#begin(part, rendition);
    const { head, bytes } = rendition;
    const last = head.segments.at(-1);
    const from = this.feeding.at;
    const [end, even] = from < last.at ? [Math.min(to, last.at), null] : [Math.min(to, head.total), head];
    const piece = bytes.read(from, end);
    if (!piece.length || (even && piece.length < last.size)) return;
    await this.#put(even ? fragments.evened(piece, head) : piece);
    if (!this.feeding) return;
    this.feeding.at += piece.length;
    const { at } = this.feeding;
    const ended = head.segments.findLast((segment) => segment.at + segment.size <= at);
    if (ended) part.cursor = Math.max(part.cursor, ended.start + ended.duration);
    part.complete = at >= head.total;
    if (at === last.at && to > at) await this.#feed(part, rendition, to);
  }

  // Let a rendition go on from the fragment that is due: where its sound lies in the stream, and what begins to decode it.
  async #begin(part, rendition) {
    const { head } = rendition;
    await this.opened;
    if (this.closed) return;
    const buffer = this.#bufferOf(head.mime);
    await settled(buffer);
    if (this.feeding) buffer.abort(); // the end of a fragment may be missing
    this.feeding = null;
    part.end ??= part.start + head.duration;
    buffer.timestampOffset = 0;
    buffer.appendWindowEnd = Infinity;
    buffer.appendWindowStart = part.start;
    buffer.appendWindowEnd = part.end;
    buffer.timestampOffset = part.start - head.priming;
    await this.#put(head.init);
    this.feeding = { part, rendition, at: head.segments[fragments.segmentAt(head, part.cursor)].at };
    const { duration } = this.media;
    if (this.media.readyState === "open" && !(duration >= part.end && duration < Infinity)) this.media.duration = part.end;
    if (part.placed) return;
    part.placed = true;
    if (part.from) this.element.currentTime = part.start + part.from;
    this.dispatchEvent(new Event("known"));
  }

  // Say whether what is being fetched is more than the link carries, and less there is to take.
  #tooMuch(part, rendition) {
    const { ahead } = this;
    if (ahead > TIGHT || this.feeding === null) return false;
    const better = this.choose(part.supply.renditions, { now: rendition, ahead });
    return (better.bitrate ?? 0) < (rendition.bitrate ?? 0);
  }

  #bufferOf(mime) {
    if (!this.buffer) this.buffer = this.media.addSourceBuffer(mime);
    else if (this.mime !== mime) this.buffer.changeType(mime);
    this.mime = mime;
    return this.buffer;
  }

  async #put(bytes) {
    const { buffer } = this;
    await settled(buffer);
    await this.#forget(buffer, BEHIND);
    try {
      buffer.appendBuffer(bytes);
    } catch (problem) {
      if (problem.name !== "QuotaExceededError") throw problem;
      this.hungry = false;
      await this.#forget(buffer, 1);
      buffer.appendBuffer(bytes);
    }
    await settled(buffer);
  }

  // Let go of what has sounded.
  async #forget(buffer, behind) {
    const until = this.element.currentTime - behind;
    const { buffered } = buffer;
    if (!buffered.length || buffered.start(0) + behind > until) return;
    buffer.remove(0, until);
    await settled(buffer);
  }

  async #cut(from, to) {
    const { buffer } = this;
    if (!buffer) return;
    await settled(buffer);
    if (this.media.readyState !== "closed") {
      buffer.abort();
      buffer.remove(from, to);
      await settled(buffer);
    }
    this.feeding = null;
  }

  // Nothing follows: the element ends with the song.
  async #finish() {
    await settled(this.buffer);
    if (this.media.readyState === "open") this.media.endOfStream();
  }
}

function settled(buffer) {
  if (!buffer.updating) return undefined;
  return new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
}
