import assert from "node:assert/strict";
import { test } from "node:test";

import { Claim, position } from "../claim.js";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const moment = (ms) => new Date(NOW + ms).toISOString();
const cell = (value = null) => ({ load: () => value, save: (next) => (value = structuredClone(next)) });

function stands({ at = 0, play = "b", playing = true, told = at, device = "Phone" } = {}) {
  return { play_id: play, seq: 0, at: moment(at), updated_at: moment(told), queue: [1], index: 0, playing, device };
}

function tab({ at = null, play = "a", whose = "anna", browser = cell(), kept = cell() } = {}) {
  const claim = new Claim({ tab: kept, browser });
  if (at !== null) {
    claim.act(NOW + at, whose);
    claim.make({ at: moment(at), play_id: play, seq: 0 }, whose);
  }
  return claim;
}

const seen = (claim, state, now = 5_000) => claim.elsewhere(state, { now: NOW + now, whose: "anna" });

test("a later press on another device has the player", () => {
  assert.deepEqual(seen(tab({ at: 0 }), stands({ at: 10 })), { playing: true, device: "Phone", tab: false });
  assert.deepEqual(seen(tab(), stands()), { playing: true, device: "Phone", tab: false });
});

test("an earlier one has not, and one's own never is another's", () => {
  assert.equal(seen(tab({ at: 20 }), stands({ at: 10 })), null);
  assert.equal(seen(tab({ at: 0 }), stands({ at: 10, play: "a" })), null);
  assert.equal(seen(tab(), null), null);
  assert.equal(seen(tab(), { play_id: null, queue: [] }), null);
});

test("a press by a clock that was a day ahead does not keep the player from others for a day", () => {
  const claim = tab({ at: 24 * 3600 * 1000 });
  assert.equal(seen(claim, stands({ at: 10 }), 5_000), null, "an older state, as far as anybody can tell");
  assert.deepEqual(seen(claim, stands({ at: 6_000 }), 7_000), { playing: true, device: "Phone", tab: false });
});

test("what this tab has just been pressed for is not silenced by what stood before", () => {
  const claim = tab({ at: 0 });
  claim.act(NOW + 4_000, "anna");
  assert.equal(seen(claim, stands({ at: 3_000 })), null);
  assert.ok(seen(claim, stands({ at: 4_500 })));
});

test("a queue that goes on by itself does not take the player back", () => {
  const claim = tab({ at: 0 });
  claim.make({ at: moment(0), play_id: "aa", seq: 0 }, "anna"); // the next song, of the same press
  assert.ok(seen(claim, stands({ at: 10 })));
});

test("a reload of the tab keeps its claim, another tab has its own", () => {
  const [browser, kept] = [cell(), cell()];
  tab({ at: 0, browser, kept });
  const own = stands({ at: 0, play: "a" });
  assert.equal(seen(tab({ browser, kept }), own), null);
  assert.deepEqual(seen(tab({ browser }), own), { playing: true, device: "Phone", tab: true });
  assert.equal(seen(tab({ browser }), { ...own, playing: false }), null, "that tab may be closed");
});

test("the claim of one listener says nothing of another's player", () => {
  assert.ok(seen(tab({ at: 20, whose: "ben" }), stands({ at: 10 })));
  assert.equal(seen(tab({ at: 20, whose: null }), stands({ at: 10 })), null, "the guest became anna");
});

test("a device that tells nothing more has paused, where it was", () => {
  const state = stands({ told: 0 });
  assert.equal(seen(tab(), state, 60_000).playing, false);
  assert.equal(position({ playing: true, position_ms: 1_000, updated_at: moment(0) }, NOW + 500), 1_500);
  assert.equal(position({ playing: false, position_ms: 1_000, updated_at: moment(0) }, NOW + 500), 1_000);
});
