import assert from "node:assert/strict";
import { test } from "node:test";

import { load, start, summary } from "../plays.js";

class Cells {
  constructor() {
    this.cells = new Map();
  }
  getItem(key) {
    return this.cells.get(key) ?? null;
  }
  setItem(key, value) {
    this.cells.set(key, value);
  }
}

function played(player, detail) {
  player.dispatchEvent(new CustomEvent("quality", { detail }));
}

test("plays are remembered without a word on what was played, and only the last of them", () => {
  globalThis.localStorage = new Cells();
  const player = new EventTarget();
  start({ player });
  for (let at = 0; at < 130; at += 1) {
    played(player, { play_id: "a", track_id: 7, source: "edge", first_audio_ms: at + 0.4, stalls: 0, stall_ms: 0, url: "/media" }); // prettier-ignore
  }
  assert.equal(load().length, 100);
  assert.equal(load().at(-1).first, 129);
  assert.deepEqual(Object.keys(load()[0]).sort(), ["bitrate", "error", "first", "source", "stalled", "stalls"]);
});

test("the middle and the slow end are of those that were pressed", () => {
  const plays = Array.from({ length: 20 }, (_, at) => ({ first: (at + 1) * 10, stalls: 0, stalled: 0, error: null }));
  plays.push({ first: null, stalls: 2, stalled: 1500, error: null }, { first: null, stalls: 1, stalled: 500, error: "network" }); // prettier-ignore
  assert.deepEqual(summary(plays), {
    plays: 22,
    pressed: 20,
    median: 100,
    slow: 190,
    stalled: 2,
    stalls: 3,
    stillMs: 2000,
    errors: 1,
  });
});

test("of no plays nothing is known", () => {
  const { plays, median, slow, stalls } = summary([]);
  assert.deepEqual({ plays, median, slow, stalls }, { plays: 0, median: null, slow: null, stalls: 0 });
});
