// The sound: one audio element, and how loud it is. It knows no track; what it plays is an address.
// Events: those of the audio element that matter, by its names, and "volume".

const FORWARDED = ["playing", "waiting", "loadedmetadata", "timeupdate", "pause", "ended", "error"];

export class Sound extends EventTarget {
  constructor({ audio, store }) {
    super();
    Object.assign(this, { audio, store });
    this.shares = { volume: store.load("volume", 1), gain: 1, sleep: 1 }; // of full volume, 0 to 1
    audio.muted = store.load("muted", false);
    this.#apply();
    for (const name of FORWARDED) audio.addEventListener(name, () => this.dispatchEvent(new Event(name)));
  }

  get volume() {
    return this.shares.volume;
  }

  // What the listener chose; a choice is heard, also where the sound was off.
  set volume(share) {
    this.shares.volume = Math.max(0, Math.min(1, share));
    this.muted = false;
    this.store.save("volume", this.shares.volume);
  }

  get muted() {
    return this.audio.muted;
  }

  set muted(muted) {
    this.audio.muted = muted;
    this.store.save("muted", muted);
    this.#apply();
    this.dispatchEvent(new Event("volume"));
  }

  // Turn down by a share that is not the listener's: "gain" of a track, "sleep" of the timer.
  turn(name, share) {
    if (this.shares[name] === share) return;
    this.shares[name] = share;
    this.#apply();
  }

  get src() {
    return this.audio.getAttribute("src") ?? "";
  }

  get position() {
    return this.audio.currentTime * 1000;
  }

  set position(ms) {
    this.audio.currentTime = ms / 1000;
  }

  // Milliseconds, or NaN while nobody knows.
  get duration() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration * 1000 : NaN;
  }

  get over() {
    return this.audio.ended;
  }

  // Sound is there, or about to be.
  get flows() {
    return this.audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  get failed() {
    return this.audio.error !== null;
  }

  open(url, positionMs) {
    this.audio.src = url;
    this.position = positionMs; // also 0: one that was never reached, as without a network, is the element's still
  }

  close() {
    this.audio.pause();
    this.audio.removeAttribute("src");
  }

  pause() {
    this.audio.pause();
  }

  // Sound; say whether the browser lets it, which without a press it may not.
  async play() {
    try {
      await this.audio.play();
      return true;
    } catch (error) {
      return error.name !== "NotAllowedError"; // else a newer start, or an error that "error" tells
    }
  }

  #apply() {
    const { volume, gain, sleep } = this.shares;
    this.audio.volume = volume * gain * sleep;
  }
}
