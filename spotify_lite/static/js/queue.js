// The queue: tracks in the order in which they play, which of them is current, shuffle and repeat. Pure.
// It holds Tracks of the API, or {id} alone; `added` marks those that the listener put in and that are still to come,
// `place` where they stood before a shuffle.

export const LONGEST = 1000; // tracks, as PUT me/playback takes them
const REPEATS = ["off", "all", "one"];
const none = () => false;

export class Queue {
  constructor(state = {}, random = Math.random) {
    this.random = random;
    this.shuffled = false;
    this.repeat = "off";
    this.passes = none; // says of a track that it is passed over now
    this.passed = 0; // how many were, in the last step
    this.load(state);
  }

  // Stand where a queue was left: the order is taken as it is.
  load({ tracks = [], index = 0, from = "", shuffled = this.shuffled, repeat = this.repeat }) {
    Object.assign(this, { shuffled, repeat });
    this.#take(tracks, index, from);
  }

  // Begin a new list at `index`; null begins anywhere when shuffled. `from` names where it came from.
  set(tracks, index = 0, from = "") {
    const anywhere = this.shuffled ? Math.floor(this.random() * tracks.length) : 0;
    this.#take(tracks, index ?? anywhere, from);
    if (this.shuffled) this.#mix();
  }

  get current() {
    return this.tracks[this.index] ?? null;
  }

  get following() {
    return this.tracks.slice(this.index + 1);
  }

  // What the listener added and has not heard yet: it stands right behind the current track.
  get waiting() {
    return this.tracks.filter((track) => track.added);
  }

  get goesOn() {
    return this.index + 1 < this.tracks.length || (this.repeat !== "off" && this.tracks.length > 0);
  }

  // What follows the current track by itself, or null.
  get upcoming() {
    return this.repeat === "one" ? this.current : (this.tracks[this.#stepTo(1)] ?? null);
  }

  // Return where a step of 1 or -1 leads over tracks that are passed over, round the end while repeating; null where it
  // leads to none.
  place(by, passes = this.passes) {
    const { length } = this.tracks;
    for (let steps = 1; steps <= length; steps += 1) {
      const to = this.index + by * steps;
      const at = to >= length && this.repeat !== "off" ? to % length : to;
      if (!(at in this.tracks)) return null;
      if (!passes(this.tracks[at])) return at;
    }
    return null;
  }

  // Move by a step; say whether there was something to move to.
  step(by) {
    const { index, tracks } = this;
    const to = this.#stepTo(by);
    if (to === null || !this.jump(to)) return false;
    this.passed = (((to - index) * by + tracks.length) % tracks.length || tracks.length) - 1;
    return true;
  }

  // The current track has ended: move to what sounds next, which may be the same.
  end() {
    return this.repeat === "one" ? this.current !== null : this.step(1);
  }

  jump(index) {
    if (!(index in this.tracks)) return false;
    const { current: before, waiting } = this;
    const current = this.tracks[index];
    if (current.added) {
      delete current.added;
      if (before.place !== undefined) current.place ??= before.place; // where a shuffle that ends will leave it
    }
    const rest = this.tracks.filter((track) => !waiting.includes(track) || track === current);
    this.passed = 0;
    this.index = rest.indexOf(current);
    rest.splice(this.index + 1, 0, ...waiting.filter((track) => track !== current));
    this.tracks = rest;
    return true;
  }

  // Add tracks right behind the current one, or behind what was added before; say whether there was room for all.
  add(tracks, { next = false } = {}) {
    if (this.tracks.length + tracks.length > LONGEST) return false;
    if (!this.tracks.length) {
      this.#take(tracks, 0, "");
      return true;
    }
    const added = tracks.map((track) => ({ ...track, added: true, place: undefined }));
    this.tracks.splice(this.index + 1 + (next ? 0 : this.waiting.length), 0, ...added);
    return true;
  }

  // The list goes on behind what the queue took of it: put more of it at the end, anywhere behind what was added when
  // shuffled. What is too much is left off.
  goOn(tracks) {
    const more = tracks.slice(0, Math.max(0, LONGEST - this.tracks.length)).map((track) => ({ ...track }));
    if (!more.length) return false;
    if (this.shuffled) {
      const last = Math.max(-1, ...this.tracks.map(({ place = -1 }) => place));
      more.forEach((track, at) => (track.place = last + 1 + at));
    }
    this.tracks.push(...more);
    if (this.shuffled) this.#scatter(this.index + 1 + this.waiting.length);
    return true;
  }

  // Move a track that is still to come; among what was added it becomes one of them, among the list it stops to be.
  move(from, to) {
    const held = this.tracks[from];
    if (!held || from === to || Math.min(from, to) <= this.index || !(to in this.tracks)) return false;
    this.tracks.splice(from, 1);
    this.tracks.splice(to, 0, held);
    const above = this.tracks[to - 1];
    if (this.tracks[to + 1]?.added) held.added = true;
    else if (held.added && to - 1 > this.index && !above.added) {
      delete held.added;
      held.place ??= above.place;
    }
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

  // Return what undoes the changes from here on: a function that says whether it still could.
  undoing() {
    const tracks = [...this.tracks];
    return () => {
      const index = tracks.indexOf(this.current);
      if (index < 0) return false; // another list has begun
      Object.assign(this, { tracks, index });
      return true;
    };
  }

  // Mix all but the current track and what was added, or put the list back into its order.
  shuffle(on = !this.shuffled) {
    this.shuffled = on;
    if (!this.current) return;
    if (on) this.#mix();
    else this.#sort();
  }

  // The next way to repeat: nothing, all, this song.
  turnRepeat() {
    this.repeat = REPEATS[(REPEATS.indexOf(this.repeat) + 1) % REPEATS.length];
  }

  // Put a whole Track where only its id was known, or where an address has expired.
  fill(track) {
    for (const old of this.tracks) if (old.id === track.id) Object.assign(old, track);
  }

  get ids() {
    return this.tracks.map((track) => track.id);
  }

  toJSON() {
    const { tracks, index, from, shuffled, repeat } = this;
    return { tracks, index, from, shuffled, repeat };
  }

  // Where all would be passed over, a step leads to the next one all the same.
  #stepTo(by) {
    return this.place(by) ?? this.place(by, none);
  }

  // A list that is too long keeps what is around the index. Tracks are copied: what is noted on them is the queue's own.
  #take(tracks, index, from) {
    const start = Math.max(0, Math.min(index - LONGEST / 10, tracks.length - LONGEST));
    this.tracks = tracks.slice(start, start + LONGEST).map((track) => ({ ...track }));
    this.index = Math.max(0, Math.min(index - start, this.tracks.length - 1));
    this.from = from;
  }

  #mix() {
    const { current, waiting } = this;
    this.#list().forEach((track, place) => (track.place = place));
    const rest = this.#list().filter((track) => track !== current);
    this.tracks = [current, ...waiting, ...rest];
    this.index = 0;
    this.#scatter(1 + waiting.length);
  }

  // Mix what stands from a place on.
  #scatter(from) {
    const { tracks } = this;
    for (let last = tracks.length - 1; last > from; last -= 1) {
      const other = from + Math.floor(this.random() * (last + 1 - from)); // Fisher and Yates
      [tracks[last], tracks[other]] = [tracks[other], tracks[last]];
    }
  }

  #sort() {
    const { current, waiting } = this;
    const list = this.#list().sort((one, other) => (one.place ?? 0) - (other.place ?? 0));
    for (const track of list) delete track.place;
    this.index = list.indexOf(current);
    this.tracks = [...list.slice(0, this.index + 1), ...waiting, ...list.slice(this.index + 1)];
  }

  #list() {
    return this.tracks.filter((track) => !track.added);
  }
}
