// What is told to the server about listening: events that are kept until they are acknowledged, and the state of the
// player, of which only the newest counts.

import { uuid7 } from "./ids.js";

const EVERY = 10_000; // milliseconds between two positions of a track that plays
const WAIT = [2_000, 5_000, 15_000, 60_000]; // milliseconds to the next try, longer each time

export class Progress {
  constructor({ api, outbox, device = "Web player" }) {
    this.api = api;
    this.outbox = outbox;
    this.device = device;
    this.play = null; // {id, track, seq, at}
    this.state = null; // the PUT that is waiting, if any
    this.failures = 0;
    this.busy = false;
    addEventListener("online", () => this.send());
  }

  // Begin a play of a track and return its id; the counter seq starts again.
  begin(track) {
    this.play = { id: uuid7(this.api.clock.serverNow()), track, seq: 0, at: 0 };
    return this.play.id;
  }

  // Note where the sound is: state is playing, paused or ended.
  note(state, positionMs) {
    if (!this.play) return;
    this.outbox.add(this.listener, {
      ...this.#key(),
      track_id: this.play.track,
      position_ms: Math.max(0, Math.round(positionMs)),
      state,
    });
    this.send();
  }

  // Say whether the last position, noted at a performance.now(), is too old for a track that plays.
  stale(toldAt) {
    return performance.now() - toldAt >= EVERY;
  }

  // Note what the player shows, because the listener did something.
  show({ queue, index, positionMs, playing }) {
    if (!this.play) this.begin(queue[index]);
    const state = { queue, index, position_ms: Math.max(0, Math.round(positionMs)), playing, device: this.device };
    this.state = { ...this.#key(), ...state };
    this.send();
  }

  // Send what waits, one request at a time; what is not acknowledged is sent again.
  async send({ leaving = false } = {}) {
    if (leaving) return this.#leave();
    if (this.busy) return;
    this.busy = true;
    try {
      await this.api.who();
      for (;;) {
        const { state } = this;
        const events = this.outbox.for(this.listener);
        if (!events.length && !state) break;
        if (events.length) {
          await this.api.write("POST", "/me/progress", { events });
          this.outbox.settle(events, this.api.clock.serverNow());
        }
        if (state) {
          await this.api.write("PUT", "/me/playback", state);
          if (this.state === state) this.state = null;
        }
      }
      this.failures = 0;
    } catch (problem) {
      const final = problem.status >= 400 && problem.status < 500 && ![401, 403, 408, 429].includes(problem.status);
      if (final) this.#drop();
      const wait = WAIT[Math.min(this.failures, WAIT.length - 1)];
      this.failures += 1;
      setTimeout(() => this.send(), wait);
    } finally {
      this.busy = false;
    }
  }

  // The page goes away: hand over what waits in requests that outlive it. Doubles do no harm.
  #leave() {
    const events = this.outbox.for(this.listener);
    if (events.length) {
      const sent = this.api.write("POST", "/me/progress", { events }, { keepalive: true });
      sent.then(() => this.outbox.settle(events, this.api.clock.serverNow())).catch(() => {});
    }
    if (this.state) this.api.write("PUT", "/me/playback", this.state, { keepalive: true }).catch(() => {});
    return undefined;
  }

  // The server will never take this: keeping it would only hold up what comes after.
  #drop() {
    this.outbox.settle(this.outbox.for(this.listener), this.api.clock.serverNow());
    this.state = null;
  }

  // One counter per play for events and states alike, at a time that never goes back.
  #key() {
    const { play } = this;
    play.at = Math.max(play.at, this.api.clock.serverNow());
    play.seq += 1;
    return { play_id: play.id, seq: play.seq - 1, at: new Date(play.at).toISOString() };
  }

  get listener() {
    return this.api.me?.listener?.username ?? null; // null: a guest, or nobody yet
  }
}
