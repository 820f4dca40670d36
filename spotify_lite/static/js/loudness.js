// How loud it is: what the listener chose, and what turns it down beside that, which is the gain of a song, a fade of its
// voice, and the sleep timer.
// Event: "volume" (another one was chosen, or it is off or on).

export class Loudness extends EventTarget {
  constructor({ voices, store }) {
    super();
    Object.assign(this, { voices, store });
    this.shares = { volume: store.load("volume", 1), sleep: 1 }; // of full volume, 0 to 1
    for (const { element } of voices) element.muted = store.load("muted", false);
    this.apply();
  }

  get volume() {
    return this.shares.volume;
  }

  // A choice is heard, also where the sound was off.
  set volume(share) {
    this.shares.volume = Math.max(0, Math.min(1, share));
    this.muted = false;
    this.store.save("volume", this.shares.volume);
  }

  get muted() {
    return this.voices[0].element.muted;
  }

  set muted(muted) {
    for (const { element } of this.voices) element.muted = muted;
    this.store.save("muted", muted);
    this.apply();
    this.dispatchEvent(new Event("volume"));
  }

  set sleep(share) {
    this.shares.sleep = share;
    this.apply();
  }

  // Whether it can be turned down: phones of one kind leave that to their keys.
  get turns() {
    this.can ??= quiets(this.voices.find(({ item }) => !item)?.element ?? this.voices[0].element);
    return this.can;
  }

  apply() {
    const { volume, sleep } = this.shares;
    for (const { element, gain, fade } of this.voices) element.volume = volume * gain * sleep * fade;
  }
}

function quiets(element) {
  const { volume } = element;
  element.volume = 0.5;
  const can = element.volume === 0.5;
  element.volume = volume;
  return can;
}
