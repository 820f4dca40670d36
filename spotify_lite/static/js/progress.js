// What is told to the server about listening: events that are kept until they are acknowledged, and the state of the
// player, of which only the newest counts.
// Events: "stands" (detail: the state that stands on the server), "told" (positions were).

import { sounds } from "./claim.js";
import { uuid7 } from "./ids.js";
import { newer } from "./outbox.js";
import * as retry from "./retry.js";

const EVERY = 10_000; // milliseconds between two positions of a track that plays
const AGED = 5_000; // milliseconds; a state that waited so long may be outdone
const REFUSED = [400, 413, 422]; // what is in the request is wrong, and stays so

export class Progress extends EventTarget {
  constructor({ api, outbox, claim, device = "" }) {
    super();
    Object.assign(this, { api, outbox, claim, device });
    this.play = null; // {id, track, seq, at}
    this.begun = 0; // server time of the newest play id
    this.state = null; // the newest PUT of this page, until it is answered
    this.failures = 0;
    this.busy = false;
    this.more = false; // something came while the rest was sent
    this.resting = null; // the timer of the next try
    this.asked = 0; // performance.now() until which the server wants to be left alone
    addEventListener("online", () => this.wake());
    addEventListener("visibilitychange", () => this.wake());
  }

  // Return the id of a play that is still to come. Ids grow, whatever the clock does.
  reserve() {
    this.begun = Math.max(this.begun + 1, this.api.clock.serverNow());
    return uuid7(this.begun);
  }

  // Begin a play of a track and return its id; the counter seq starts again.
  begin(track, id = this.reserve()) {
    this.play = { id, track, seq: 0, at: 0 };
    return id;
  }

  // The listener pressed something: what is shown from here on is of this moment.
  act() {
    this.claim.act(this.api.clock.serverNow(), this.listener);
  }

  // Note where the sound is: state is playing, paused or ended.
  note(state, positionMs) {
    if (!this.play) return;
    const { play } = this;
    play.at = Math.max(play.at, this.api.clock.serverNow());
    this.outbox.add(this.listener, {
      ...this.#key(play.at),
      track_id: play.track,
      position_ms: Math.max(0, Math.round(positionMs)),
      state,
    });
    this.send();
  }

  // Say whether the last position, noted at a performance.now(), is too old for a track that plays.
  stale(toldAt) {
    return performance.now() - toldAt >= EVERY;
  }

  // Tell what the player shows. It carries the time of the press that led to it, also where the queue has gone on by
  // itself since: so it never stands against a later press on another device.
  show({ queue, index, positionMs, playing }) {
    if (!this.play) this.begin(queue[index]);
    const now = this.api.clock.serverNow();
    const shown = { queue, index, position_ms: Math.max(0, Math.round(positionMs)), playing, device: this.device };
    const state = { ...this.#key(Math.min(this.claim.acted || now, now)), ...shown };
    this.state = state;
    this.claim.make(state, this.listener);
    this.outbox.show(this.listener, state, now);
    this.send();
  }

  // Try again now: the network is back, or somebody looks. What the server asked for is kept.
  wake() {
    if (performance.now() < this.asked) return;
    clearTimeout(this.resting);
    this.resting = null;
    this.send();
  }

  // Send what waits, one request at a time over all tabs; what is not acknowledged is sent again.
  async send({ leaving = false } = {}) {
    if (leaving) return this.#leave();
    if (this.busy) this.more = true;
    if (this.busy || this.resting) return;
    this.busy = true;
    try {
      do {
        this.more = false;
        await alone(() => this.#deliver());
      } while (this.more);
      this.failures = 0;
    } catch (problem) {
      const wait = retry.wait({ failures: this.failures, after: problem.after ?? null });
      if (problem.after) this.asked = performance.now() + problem.after;
      this.failures += 1;
      this.resting = setTimeout(() => {
        this.resting = null;
        this.send();
      }, wait);
    } finally {
      this.busy = false;
    }
  }

  async #deliver() {
    const { api, outbox } = this;
    await api.who();
    if (api.clock.doubtful) await api.get("/me"); // server_time tells which clock was right
    for (;;) {
      const { listener } = this;
      const events = await outbox.for(listener, api.clock.serverNow());
      const waits = await outbox.shown(listener, api.clock.serverNow());
      if (!events.length && !waits) return;
      try {
        if (events.length) {
          await this.#post(events, listener);
          this.dispatchEvent(new Event("told"));
        }
        if (waits) await this.#put(waits, listener);
      } catch (problem) {
        if (this.listener === listener) throw problem; // else another listens now, and what waits is not theirs
      }
    }
  }

  // A request that is refused as a whole is halved: what is good in it gets there, one that is not is given up.
  async #post(events, as) {
    const { clock } = this.api;
    try {
      await this.api.write("POST", "/me/progress", { events }, { as });
    } catch (problem) {
      if (!REFUSED.includes(problem.status)) throw problem;
      if (events.length > 1) {
        const half = Math.ceil(events.length / 2);
        await this.#post(events.slice(0, half), as);
        await this.#post(events.slice(half), as);
        return;
      }
    }
    await this.outbox.settle(events, clock.serverNow());
  }

  async #put({ state, made }, as) {
    let stands = null;
    try {
      if (!state.playing || this.api.clock.serverNow() - made > AGED) {
        const there = await this.api.get("/me/playback");
        if (this.#outdone(state, there)) stands = there;
      }
      stands ??= await this.api.write("PUT", "/me/playback", state, { as });
    } catch (problem) {
      if (!REFUSED.includes(problem.status)) throw problem;
    }
    await this.outbox.withdraw(as, state);
    if (this.state && !newer(this.state, state)) this.state = null;
    if (stands) this.dispatchEvent(new CustomEvent("stands", { detail: stands }));
  }

  // Say whether a state has come too late: a newer one stands, or it is silent and another device plays meanwhile.
  #outdone(state, there) {
    if (!there?.play_id || there.play_id === state.play_id) return false;
    if (newer(there, state)) return true;
    const now = this.api.clock.serverNow();
    return !state.playing && !this.claim.owns(there) && sounds(there, now);
  }

  // The page goes away: hand over what waits in requests that outlive it. Doubles do no harm.
  #leave() {
    const as = this.listener;
    const events = this.outbox.atHand(as);
    if (events.length) {
      const sent = this.api.write("POST", "/me/progress", { events }, { keepalive: true, as });
      sent.then(() => this.outbox.settle(events, this.api.clock.serverNow())).catch(() => {});
    }
    if (this.state) this.api.write("PUT", "/me/playback", this.state, { keepalive: true, as }).catch(() => {});
    return undefined;
  }

  // One counter per play for events and states alike.
  #key(at) {
    const { play } = this;
    play.seq += 1;
    return { play_id: play.id, seq: play.seq - 1, at: new Date(at).toISOString() };
  }

  get listener() {
    return this.api.listener;
  }
}

// Do it while no other tab of this browser does.
function alone(act) {
  return navigator.locks ? navigator.locks.request("outbox", act) : act();
}
