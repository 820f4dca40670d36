// What is on its way to the server: events until it has answered, and of the states of the player the newest. Each is
// marked with whose it is, and none is given out as another's.

import { compact } from "./compact.js";

const MOST = 10_000; // entries, about 2 MB: two weeks of songs that are heard without a stop
const LONGEST = 30 * 24 * 3600 * 1000; // milliseconds; nobody continues what is older
const OFTEN = 60; // events that come before it is looked through for what is redundant
const OWN = 100; // events that a page that goes away can hand over: as many as one request takes

export class Outbox {
  // `box` is a place that keeps {id, listener, event or state}, as a promise; see database.js.
  constructor(box) {
    this.box = Promise.resolve(box);
    this.writing = Promise.resolve();
    this.own = new Map(); // events of this page that were not answered for
    this.unwritten = new Map(); // those that the box does not hold yet
    this.added = 0;
  }

  // Keep an event of this listener; null is a guest, or nobody yet.
  add(listener, event) {
    const entry = { id: idOf(event), listener, event };
    this.own.set(entry.id, entry);
    this.unwritten.set(entry.id, entry);
    if (this.own.size > OWN) this.own.delete(this.own.keys().next().value);
    this.added += 1;
    const full = this.added % OFTEN === 0;
    return this.#write(async (box) => {
      await box.put(entry);
      this.unwritten.delete(entry.id);
      if (full) await box.change(thin);
    });
  }

  // Keep a state that the listener's action made, unless a newer one waits. `made` is when, in server time.
  show(listener, state, made) {
    const entry = { id: `state ${listener ?? ""}`, listener, state, made };
    return this.#write((box) =>
      box.change((entries) => {
        const waits = entries.find(({ id }) => id === entry.id);
        return !waits || newer(state, waits.state) ? { put: [entry] } : {};
      }),
    );
  }

  // Return up to `most` events that may be sent for this listener: their own, and the guest's who became them.
  // One that is ahead of `now` was stamped by a clock that was wrong: nothing is heard later than now.
  async for(listener, now, most = 100) {
    const box = await this.#written();
    return box.change((entries) => {
      const chosen = entries.filter((entry) => entry.event && whose(entry, listener)).slice(0, most);
      const early = chosen.filter(({ event }) => arrive(event, now));
      return { put: early, result: chosen.map(({ event }) => event) };
    });
  }

  // Return how many events wait, whoever's they are.
  async waiting() {
    const box = await this.#written();
    return box.change((entries) => ({ result: entries.filter(({ event }) => event).length }));
  }

  // Return {state, made} that waits for this listener, or null.
  async shown(listener, now) {
    const box = await this.#written();
    return box.change((entries) => {
      const chosen = entries.filter((entry) => entry.state && whose(entry, listener));
      const early = chosen.filter(({ state }) => arrive(state, now));
      const result = chosen.reduce((one, other) => (one && newer(one.state, other.state) ? one : other), null);
      return { put: early, result };
    });
  }

  // Forget a state that was taken or outdone, and what is older than it; a newer one stays.
  async withdraw(listener, state) {
    const box = await this.#written();
    await box.change((entries) => ({
      remove: entries
        .filter((entry) => entry.state && whose(entry, listener) && !newer(entry.state, state))
        .map(({ id }) => id),
    }));
  }

  // Forget events that the server has answered for, accepted or not, and what is too old for anyone.
  async settle(events, now) {
    const done = new Set(events.map(idOf));
    for (const id of done) this.own.delete(id);
    const box = await this.#written();
    await box.change((entries) => ({
      remove: entries.filter((entry) => done.has(entry.id) || old(entry, now)).map(({ id }) => id),
    }));
  }

  // Return this page's own newest events for a listener, without waiting for anything: it goes away.
  atHand(listener) {
    return [...this.own.values()].filter((entry) => whose(entry, listener)).map(({ event }) => event);
  }

  #write(act) {
    this.writing = this.writing.then(async () => act(await this.box)).catch(() => {});
    return this.writing;
  }

  async #written() {
    await this.writing;
    return this.box;
  }
}

// Say whether the first key is the greater one: (at, play_id, seq), as the server compares them.
export function newer(one, other) {
  const by = Date.parse(one.at) - Date.parse(other.at);
  if (by) return by > 0;
  return one.play_id === other.play_id ? one.seq > other.seq : one.play_id > other.play_id;
}

// The order of ids is that of time: play ids begin with theirs.
export function idOf({ play_id: id, seq }) {
  return `${id} ${String(seq).padStart(10, "0")}`;
}

function whose({ listener }, wanted) {
  return listener === wanted || listener === null;
}

function old({ event, made }, now) {
  return (event ? Date.parse(event.at) : made) < now - LONGEST;
}

// Put what is ahead of its time to now; say whether it was.
function arrive(stamped, now) {
  if (Date.parse(stamped.at) <= now) return false;
  stamped.at = new Date(now).toISOString();
  return true;
}

// Take out what is redundant; where that is not enough, the oldest, but of each track the newest.
function thin(entries) {
  const events = entries.filter(({ event }) => event);
  const kept = new Set(compact(events));
  const newest = new Map();
  for (const { listener, event } of kept) {
    const track = `${listener} ${event.track_id}`;
    if (!newest.has(track) || newer(event, newest.get(track))) newest.set(track, event);
  }
  const lasting = new Set(newest.values());
  const old = [...kept].filter(({ event }) => !lasting.has(event));
  for (const entry of old.slice(0, Math.max(0, kept.size - MOST))) kept.delete(entry);
  return { remove: events.filter((entry) => !kept.has(entry)).map(({ id }) => id) };
}
