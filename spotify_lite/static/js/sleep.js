// The sleep timer: when the sound ends, and how loud it still is just before. Pure.

export const MINUTES = [15, 30, 45, 60];
export const FADE = 10_000; // milliseconds in which the sound goes

export class Sleep {
  constructor({ load, save, now = Date.now }) {
    this.save = save;
    this.now = now;
    this.afterSong = false; // the end of the song that plays ends the sound
    const until = load();
    this.until = until > now() ? until : null; // milliseconds of this device's clock
  }

  get on() {
    return this.afterSong || this.left > 0;
  }

  // Milliseconds of sound that are left; null where the song says when.
  get left() {
    return this.until === null ? null : Math.max(0, this.until - this.now());
  }

  get due() {
    return this.left === 0;
  }

  // The share of the volume, 0 to 1.
  get share() {
    return this.until === null ? 1 : Math.min(1, this.left / FADE);
  }

  in(minutes) {
    this.#set(this.now() + minutes * 60_000, false);
  }

  atEnd() {
    this.#set(null, true);
  }

  off() {
    this.#set(null, false);
  }

  #set(until, afterSong) {
    Object.assign(this, { until, afterSong });
    this.save(until);
  }
}
