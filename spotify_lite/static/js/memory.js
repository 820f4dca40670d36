// What this device remembers of the player: the queue when it changes, the place in the track as it moves.
// They are apart since a queue may hold a thousand tracks, and the place is written four times a second.

export class Memory {
  constructor({ store, progress, clock }) {
    Object.assign(this, { store, progress, clock });
  }

  queue(queue, positionMs) {
    this.store.save("player", { ...this.#whose(), positionMs: Math.round(positionMs), ...queue.toJSON() });
    this.place(queue, positionMs);
  }

  place({ current, index }, positionMs) {
    this.store.save("place", { ...this.#whose(), id: current.id, index, positionMs: Math.round(positionMs) });
  }

  // Return {listener, at, positionMs, tracks, index, from, shuffled, repeat}, or null.
  load() {
    const queue = this.store.load("player");
    const place = this.store.load("place");
    return queue?.tracks && queue.tracks[place?.index]?.id === place?.id ? { ...queue, ...place } : queue;
  }

  forget() {
    this.store.save("player", null);
    this.store.save("place", null);
  }

  #whose() {
    return { listener: this.progress.listener, at: this.clock.serverNow() };
  }
}
