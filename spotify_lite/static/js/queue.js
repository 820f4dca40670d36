// The queue: tracks in order, and which of them is current. Pure; what it holds are Tracks of the API, or {id} alone.

export const LONGEST = 1000; // tracks, as PUT me/playback takes them

export class Queue {
  constructor({ tracks = [], index = 0, from = "" } = {}) {
    this.set(tracks, index, from);
  }

  // Replace the queue and stand at `index`; `from` names where it came from. A longer list keeps what is around it.
  set(tracks, index = 0, from = "") {
    const start = Math.max(0, Math.min(index - LONGEST / 10, tracks.length - LONGEST));
    this.tracks = tracks.slice(start, start + LONGEST);
    this.index = Math.max(0, Math.min(index - start, this.tracks.length - 1));
    this.from = from;
  }

  get current() {
    return this.tracks[this.index] ?? null;
  }

  get following() {
    return this.tracks.slice(this.index + 1);
  }

  // Move by a step; say whether there was something to move to.
  step(by) {
    return this.jump(this.index + by);
  }

  jump(index) {
    if (!(index in this.tracks)) return false;
    this.index = index;
    return true;
  }

  // Put a track right after the current one, or at the end.
  add(track, { next = false } = {}) {
    if (this.tracks.length >= LONGEST) return false;
    this.tracks.splice(next && this.tracks.length ? this.index + 1 : this.tracks.length, 0, track);
    return true;
  }

  // Take out one that is not the current track; an index in front of it moves along.
  remove(index) {
    if (index === this.index || !(index in this.tracks)) return false;
    this.tracks.splice(index, 1);
    if (index < this.index) this.index -= 1;
    return true;
  }

  // Keep the current track alone.
  clear() {
    this.tracks = this.current ? [this.current] : [];
    this.index = 0;
  }

  // Put a whole Track where only its id was known, or where an address has expired.
  fill(track) {
    this.tracks = this.tracks.map((old) => (old.id === track.id ? { ...old, ...track } : old));
  }

  get ids() {
    return this.tracks.map((track) => track.id);
  }

  toJSON() {
    return { tracks: this.tracks, index: this.index, from: this.from };
  }
}
