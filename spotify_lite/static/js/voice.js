// A voice: one audio element, and what it sounds, which is a file by its address or a stream that is appended to it.
// Events: those of the element that matter, by its names, and those of its stream.

import * as ranges from "./ranges.js";
import { Stream } from "./stream.js";
import { Tape, exists } from "./tape.js";

const OF_ELEMENT = ["playing", "waiting", "loadedmetadata", "timeupdate", "pause", "ended", "error", "seeking"];
const OF_STREAM = ["joined", "known", "failed", "unfit"];

export class Voice extends EventTarget {
  constructor(element) {
    super();
    this.element = element;
    this.stream = null;
    this.tape = null; // that waits for a stream: to open one takes as long as all the rest of a start
    this.item = null; // {track, supply} of what it sounds
    this.gain = 1; // shares of the volume that are of this voice alone
    this.fade = 1;
    for (const name of OF_ELEMENT) element.addEventListener(name, () => this.item && this.#say(name));
  }

  get position() {
    return this.stream ? this.stream.position : this.element.currentTime;
  }

  // Seconds, or NaN while nobody knows.
  get duration() {
    if (this.stream) return this.stream.duration;
    return Number.isFinite(this.element.duration) ? this.element.duration : NaN;
  }

  // Seconds of sound that it has already, from its position on.
  get ahead() {
    return ranges.ahead(this.element);
  }

  get over() {
    return this.element.ended;
  }

  get failed() {
    return this.element.error !== null;
  }

  // Sound is there, or about to be.
  get flows() {
    return this.element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  seek(seconds) {
    if (this.stream) this.stream.seek(seconds);
    else this.element.currentTime = seconds;
  }

  // Open a tape for a song that may come, where nothing sounds.
  prepare() {
    if (exists && !this.item) this.tape ??= new Tape(this.element);
  }

  // Let the element sound by itself later, as phones do once it was loaded while a finger pressed something.
  unlock() {
    if (this.item) return;
    this.#leave();
    this.element.load();
  }

  // A file, from so many seconds on.
  open(item, url, seconds) {
    this.#leave();
    this.item = item;
    this.element.src = url;
    this.element.currentTime = seconds; // also 0: one that was never reached, as without a network, is the element's still
  }

  // A stream that begins with this song.
  append(item, seconds, choose) {
    const tape = this.tape ?? undefined;
    this.tape = null;
    this.#leave();
    this.item = item;
    this.stream = new Stream({ element: this.element, choose, tape });
    for (const name of OF_STREAM) this.stream.addEventListener(name, (event) => this.#say(name, event.detail));
    this.stream.open(item, seconds);
  }

  play() {
    return this.element.play();
  }

  pause() {
    this.element.pause();
  }

  close() {
    this.element.pause();
    const streamed = this.stream !== null || this.tape !== null;
    this.#leave();
    this.element.removeAttribute("src");
    if (streamed) this.element.load(); // lets go of what was appended
  }

  #leave() {
    this.stream?.close();
    this.tape?.close();
    this.stream = this.tape = null;
    this.item = null;
    this.fade = 1;
  }

  #say(name, detail = null) {
    if (name === "timeupdate") this.stream?.tick();
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
