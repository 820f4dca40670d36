// The sound: what plays, and what comes next. Two voices: the one in front is heard; the other one waits with what cannot
// be joined to it, or fades out. Which of the two elements is in front has the id "audio".
// Events: those of the voice in front, "next" (detail {track, durationMs}: the song behind sounds by itself, and how long
// the one before it was).

import * as fades from "./fades.js";
import { Loudness } from "./loudness.js";
import { Voice } from "./voice.js";

const FORWARDED = ["playing", "waiting", "loadedmetadata", "timeupdate", "pause", "error", "failed", "unfit"];
const PREPARE = 20; // seconds before its end that the next song is opened in the other voice
const LEAD = 0.03; // seconds that an element takes to begin what it has
const LAST = 1_000; // milliseconds that a song may sound on beside the next one without a fade
const STEP = 40; // milliseconds between two steps of a fade

export class Sound extends EventTarget {
  constructor({ audios, store, choose }) {
    super();
    this.choose = choose;
    this.next = null; // {track, supply, joins, fade} of what comes behind, or null
    this.fading = null; // {voice, since, length} of what fades out
    const voices = [...audios].map((element) => new Voice(element));
    [this.front, this.back] = voices;
    for (const voice of voices) this.#listen(voice);
    this.loudness = new Loudness({ voices, store });
    this.#unlock();
  }

  // Of the song in front, of full volume.
  set gain(share) {
    this.front.gain = share;
    this.loudness.apply();
  }

  get src() {
    return this.front.element.getAttribute("src") ?? "";
  }

  // It is appended; else an element plays an address.
  get streams() {
    return this.front.stream !== null;
  }

  get position() {
    return this.front.position * 1000;
  }

  set position(ms) {
    this.#endFade();
    this.front.seek(ms / 1000);
  }

  // Milliseconds, or NaN while nobody knows.
  get duration() {
    return this.front.duration * 1000;
  }

  // Milliseconds that are there to sound without the network.
  get ahead() {
    return this.front.ahead * 1000;
  }

  get over() {
    return this.front.over;
  }

  get flows() {
    return this.front.flows;
  }

  get failed() {
    return this.front.failed;
  }

  // Open the file of a song, or append it.
  open(item, url, positionMs) {
    this.#quit();
    this.front.open(item, url, positionMs / 1000);
  }

  append(item, positionMs) {
    this.#quit();
    if (this.front.item && this.back.tape) {
      this.#exchange();
      this.back.close();
      this.loudness.apply();
    }
    this.front.append(item, positionMs / 1000, this.choose);
  }

  // Sound what comes next at once, where its beginning is here; say whether it is.
  skip(track) {
    if (this.front.stream?.skip(track)) return true;
    const { item, failed } = this.back;
    if (item?.track !== track || failed || this.fading) return false;
    this.#exchange();
    this.back.close();
    return true;
  }

  // What comes behind the song that sounds.
  follow(next) {
    this.next = next;
    this.front.stream?.follow(next?.joins ? next : null);
    if (this.back.item && !this.fading && (!next || next.joins || this.back.item.track !== next.track)) {
      this.back.close();
    }
  }

  // A song may be pressed soon.
  prepare() {
    (this.front.item ? this.back : this.front).prepare();
  }

  close() {
    this.#quit();
    this.front.close();
  }

  pause() {
    this.#endFade();
    this.front.pause();
  }

  // Sound; say whether the browser lets it, which without a press it may not.
  async play() {
    try {
      await this.front.play();
      return true;
    } catch (error) {
      return error.name !== "NotAllowedError"; // else a newer start, or an error that "error" tells
    }
  }

  #listen(voice) {
    for (const name of FORWARDED) {
      voice.addEventListener(name, ({ detail }) => {
        if (voice !== this.front) return;
        if (name === "timeupdate") this.#tick();
        if (name === "playing") this.prepare();
        if (voice === this.front) this.dispatchEvent(new CustomEvent(name, { detail }));
      });
    }
    voice.addEventListener("known", () => voice === this.front && this.dispatchEvent(new Event("loadedmetadata")));
    voice.addEventListener("joined", ({ detail }) => voice === this.front && this.#moved(voice, detail));
    voice.addEventListener("ended", () => {
      if (voice === this.fading?.voice) this.#endFade();
      else if (voice !== this.front) return;
      else if (this.#waits()) this.#change(0);
      else this.dispatchEvent(new Event("ended"));
    });
  }

  // The end comes nearer: open what is next in the other voice, and begin it in time.
  #tick() {
    const { front, next } = this;
    if (!next || next.joins || this.fading) return;
    const left = front.duration - front.position;
    if (!(left < PREPARE + next.fade)) return;
    if (!this.back.item) this.#prepare(next);
    clearTimeout(this.timer);
    const early = next.fade || LEAD;
    if (left <= early) this.#change(next.fade);
    else if (left - early < 1) this.timer = setTimeout(() => this.#tick(), (left - early) * 1000);
  }

  async #prepare(next) {
    const { back } = this;
    if (this.preparing === next.track) return;
    this.preparing = next.track;
    await next.supply.ready();
    this.preparing = null;
    if (this.next?.track !== next.track || back.item || this.back !== back) return;
    if (next.streams) back.append(next, 0, this.choose);
    else if (next.supply.urls.length) back.open(next, next.supply.urls[0], 0);
  }

  #waits() {
    return Boolean(this.next && this.back.item?.track === this.next.track && !this.back.failed);
  }

  // The voice behind comes to the front; the other one sounds on for so many seconds, or to its end.
  #change(seconds) {
    if (!this.#waits() || (this.front.element.paused && !this.front.over)) return;
    const { track } = this.next;
    const durationMs = this.duration;
    this.#exchange();
    this.fading = { voice: this.back, since: performance.now(), length: seconds * 1000 };
    if (this.back.over) this.#endFade();
    else this.#fade();
    this.next = null;
    this.front.play().catch(() => {}); // "error" tells
    this.dispatchEvent(new CustomEvent("next", { detail: { track, durationMs } }));
  }

  #moved(voice, { track, seconds }) {
    voice.item = this.next;
    this.next = null;
    this.dispatchEvent(new CustomEvent("next", { detail: { track, durationMs: seconds * 1000 } }));
  }

  #exchange() {
    clearTimeout(this.timer);
    const { front, back } = this;
    [this.front, this.back] = [back, front];
    [front.element.id, back.element.id] = [back.element.id, front.element.id];
    this.front.gain = back.gain;
  }

  #fade() {
    clearTimeout(this.timer);
    if (!this.fading) return;
    const { voice, since, length } = this.fading;
    const done = (performance.now() - since) / (length || LAST);
    if (done >= 1) {
      this.#endFade();
      return;
    }
    if (length) [voice.fade, this.front.fade] = fades.shares(done);
    this.loudness.apply();
    this.timer = setTimeout(() => this.#fade(), STEP);
  }

  #endFade() {
    if (!this.fading) return;
    clearTimeout(this.timer);
    this.fading.voice.close();
    this.fading = null;
    this.front.fade = 1;
    this.loudness.apply();
  }

  #quit() {
    clearTimeout(this.timer);
    this.#endFade();
    if (this.back.item) this.back.close();
    this.next = null;
  }

  // Phones let an element sound by itself once it was loaded while something was pressed. Elsewhere a tape that waits is
  // worth more: what is pressed sounds at once.
  #unlock() {
    const act = ({ pointerType }) => {
      for (const name of ["pointerup", "keydown"]) removeEventListener(name, act, true);
      for (const voice of [this.front, this.back]) if (!voice.tape || pointerType === "touch") voice.unlock();
      this.prepare();
    };
    for (const name of ["pointerup", "keydown"]) addEventListener(name, act, true);
  }
}
