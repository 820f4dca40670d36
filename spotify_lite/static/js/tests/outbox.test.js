import assert from "node:assert/strict";
import { test } from "node:test";

import { open, spill } from "../database.js";
import { Outbox, newer } from "../outbox.js";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const event = (seq, at = "2026-01-01T00:00:00.000Z") => ({ play_id: "p", seq, track_id: 1, at });
const state = (at, seq = 0, playId = "p") => ({ play_id: playId, seq, at: new Date(at).toISOString() });
const seqs = async (outbox, listener, now = NOW) => (await outbox.for(listener, now)).map(({ seq }) => seq);

// What a browser keeps; `room` is how often it takes something, as storage that is full or off.
function browser(kept = {}, room = Infinity) {
  return {
    kept,
    load: (key, otherwise = null) => structuredClone(kept[key]) ?? otherwise,
    save(key, value) {
      if (room <= 0) return false;
      room -= 1;
      kept[key] = structuredClone(value);
      return true;
    },
  };
}

const outboxOf = (store) => new Outbox(open({ store, indexedDB: undefined }));

test("events wait in order until they are acknowledged", async () => {
  const outbox = outboxOf(browser());
  [0, 1, 2].forEach((seq) => outbox.add("anna", event(seq)));
  assert.deepEqual(await seqs(outbox, "anna"), [0, 1, 2]);
  await outbox.settle([event(0), event(1)], NOW);
  assert.deepEqual(await outbox.for("anna", NOW), [event(2)]);
});

test("a reload finds what was not acknowledged", async () => {
  const store = browser();
  await outboxOf(store).add("anna", event(0));
  assert.deepEqual(await outboxOf(browser(store.kept)).for("anna", NOW), [event(0)]);
});

test("what earlier versions kept is found, and what a page that went away had no time to write", async () => {
  const store = browser({ outbox: [{ listener: "anna", event: event(0) }] });
  spill(store, [{ id: "p 0000000001", listener: "anna", event: event(1) }]);
  assert.deepEqual(await seqs(outboxOf(store), "anna"), [0, 1]);
});

test("a browser without a place to keep anything sends from memory", async () => {
  const outbox = outboxOf(browser({}, 1));
  [0, 1, 2].forEach((seq) => outbox.add("anna", event(seq)));
  assert.deepEqual(await seqs(outbox, "anna"), [0, 1, 2]);
  await outbox.settle([event(1)], NOW);
  assert.deepEqual(await seqs(outbox, "anna"), [0, 2]);
});

test("a database that never answers, as in some private windows, is not waited for", async () => {
  const silent = { open: () => ({}) };
  const outbox = new Outbox(open({ store: browser(), indexedDB: silent, patience: 5 }));
  outbox.add(null, event(0));
  assert.deepEqual(await seqs(outbox, null), [0]);
});

test("one listener's events are never given out as another's", async () => {
  const outbox = outboxOf(browser());
  outbox.add("anna", event(0));
  outbox.add(null, event(1));
  assert.deepEqual(await seqs(outbox, "ben"), [1], "the guest became ben");
  assert.deepEqual(await seqs(outbox, "anna"), [0, 1]);
  assert.deepEqual(await seqs(outbox, null), [1]);
});

test("a batch holds at most a hundred", async () => {
  const outbox = outboxOf(browser());
  for (let seq = 0; seq < 150; seq += 1) outbox.add(null, { ...event(seq), state: "paused" });
  const batch = await seqs(outbox, null);
  assert.deepEqual([batch.length, batch[0]], [100, 0]);
});

test("what is a month old is forgotten", async () => {
  const outbox = outboxOf(browser());
  outbox.add("anna", event(0, "2025-01-01T00:00:00.000Z"));
  outbox.add("anna", event(1));
  await outbox.settle([], NOW);
  assert.deepEqual(await seqs(outbox, "anna"), [1]);
});

test("an event from the future is one of now, and stays so when it is sent again", async () => {
  const outbox = outboxOf(browser());
  outbox.add("anna", event(0, new Date(NOW + 300_000).toISOString()));
  const [first] = await outbox.for("anna", NOW);
  assert.equal(Date.parse(first.at), NOW);
  assert.deepEqual(await outbox.for("anna", NOW + 20_000), [first]);
});

test("of the states that wait only the newest is told, each to its own listener", async () => {
  const outbox = outboxOf(browser());
  await outbox.show("anna", state(NOW - 10), NOW);
  await outbox.show("anna", state(NOW - 20), NOW);
  await outbox.show("ben", state(NOW), NOW);
  assert.deepEqual((await outbox.shown("anna", NOW)).state, state(NOW - 10));
  assert.deepEqual(await outbox.for("anna", NOW), []);
  await outbox.withdraw("anna", state(NOW - 15));
  assert.deepEqual((await outbox.shown("anna", NOW)).state, state(NOW - 10), "it is newer than what was answered");
  await outbox.withdraw("anna", state(NOW - 10));
  assert.equal(await outbox.shown("anna", NOW), null);
});

test("states are compared as the server does: by time, play and seq", () => {
  assert.ok(newer(state(2, 0, "a"), state(1, 9, "b")));
  assert.ok(newer(state(1, 0, "b"), state(1, 9, "a")));
  assert.ok(newer(state(1, 1), state(1, 0)));
  assert.ok(!newer(state(1, 1), state(1, 1)));
});

test("a page that goes away has its newest events at hand", () => {
  const outbox = outboxOf(browser());
  for (let seq = 0; seq < 120; seq += 1) outbox.add("anna", event(seq));
  const hand = outbox.atHand("anna");
  assert.deepEqual([hand.length, hand[0].seq, hand.at(-1).seq], [100, 20, 119]);
  assert.deepEqual(outbox.atHand("ben"), []);
});

test("days of songs without a network fit, and the newest place of each is kept", async () => {
  const store = browser();
  const outbox = outboxOf(store);
  const songs = 50;
  for (let song = 0; song < songs; song += 1) {
    for (let seq = 0; seq <= 24; seq += 1) {
      const at = new Date(NOW + (song * 25 + seq) * 10_000).toISOString();
      const told = { play_id: `p${String(song).padStart(4, "0")}`, seq, track_id: song + 1, at };
      await outbox.add("anna", { ...told, position_ms: seq * 10_000, state: seq < 24 ? "playing" : "ended" });
    }
  }
  const entries = store.kept.outbox;
  assert.ok(entries.length < songs * 4, `${entries.length} entries of ${songs * 25} events`);
  for (let song = 0; song < songs; song += 1) {
    assert.ok(entries.some((kept) => kept.event.track_id === song + 1 && kept.event.state === "ended"));
  }
});
