// The tape: a MediaSource behind an audio element, and its one SourceBuffer. What is put on it lies where it is told to,
// cut to the sample, and what has sounded is taken off again.

import * as ranges from "./ranges.js";

const BEHIND = 60; // seconds that stay on it behind what sounds
const NEAR = 1; // seconds of them where it is full

const Media = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

// Whether this browser has tapes.
export const exists = Boolean(Media);

// Say whether this browser can append what is at such a path; of what kind its sound is may not be known yet.
export function carries(path, mime) {
  return Boolean(exists && path.endsWith(".mp4") && (!mime || Media.isTypeSupported(mime)));
}

export class Tape {
  constructor(element) {
    this.element = element;
    this.media = new Media();
    this.buffer = null; // from the first head on
    this.opened = new Promise((done) => this.media.addEventListener("sourceopen", done, { once: true }));
    if (Media !== globalThis.MediaSource) element.disableRemotePlayback = true;
    this.url = URL.createObjectURL(this.media);
    element.src = this.url;
  }

  close() {
    URL.revokeObjectURL(this.url);
  }

  // Whether the browser wants no more for now, as phones do that save power.
  get resting() {
    return this.media.streaming === false;
  }

  // What is put from here on begins with this head, and sounds from `start` to `end`; the first sample lies at `start`.
  async begin({ mime, init, priming }, start, end) {
    await this.opened;
    if (!this.buffer) this.buffer = this.media.addSourceBuffer(mime);
    await this.#settled();
    const { buffer, media } = this;
    if (this.mime) buffer.abort(); // the end of a fragment may be missing
    if (this.mime && this.mime !== mime) buffer.changeType(mime);
    this.mime = mime;
    buffer.appendWindowStart = 0;
    buffer.appendWindowEnd = end;
    buffer.appendWindowStart = start;
    buffer.timestampOffset = start - priming;
    await this.put(init);
    if (media.readyState === "open" && !(media.duration >= end && media.duration < Infinity)) media.duration = end;
  }

  async put(bytes) {
    await this.#settled();
    await this.#forget(BEHIND);
    try {
      this.buffer.appendBuffer(bytes);
    } catch (problem) {
      if (problem.name !== "QuotaExceededError") throw problem;
      await this.#forget(NEAR);
      this.buffer.appendBuffer(bytes);
    }
    await this.#settled();
  }

  // Take off what lies behind a place.
  async cut(from) {
    if (!this.buffer) return;
    await this.#settled();
    if (this.media.readyState === "closed") return;
    this.buffer.abort();
    this.buffer.remove(from, Infinity);
    await this.#settled();
  }

  // Nothing follows: the element ends with what is on the tape.
  async finish() {
    await this.#settled();
    if (this.media.readyState === "open") this.media.endOfStream();
  }

  get ahead() {
    return ranges.ahead(this.element);
  }

  // Take off what has sounded, twice as much at once as has to stay.
  async #forget(behind) {
    const { buffered } = this.buffer;
    const until = this.element.currentTime - behind;
    if (!buffered.length || until - buffered.start(0) < behind) return;
    this.buffer.remove(0, until);
    await this.#settled();
  }

  #settled() {
    if (!this.buffer?.updating) return undefined;
    return new Promise((done) => this.buffer.addEventListener("updateend", done, { once: true }));
  }
}
