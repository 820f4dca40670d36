import assert from "node:assert/strict";
import { test } from "node:test";

import { seconds, shares } from "../fades.js";

const song = (album, number, more = {}) => ({
  album: { id: album },
  disc_number: 1,
  track_number: number,
  duration_ms: 180_000,
  ...more,
});

test("both songs together are as loud as each alone, all the way", () => {
  for (const done of [0, 0.2, 0.5, 0.9, 1]) {
    const [going, coming] = shares(done);
    assert.ok(Math.abs(going ** 2 + coming ** 2 - 1) < 1e-9);
  }
  assert.deepEqual(shares(0), [1, 0]);
});

test("an album that is played in its order is not faded", () => {
  assert.equal(seconds(6, song(1, 3), song(1, 4)), 0);
  assert.equal(seconds(6, song(1, 9), song(1, 1, { disc_number: 2 })), 0);
  assert.equal(seconds(6, song(1, 4), song(1, 3)), 6);
  assert.equal(seconds(6, song(1, 3), song(2, 4)), 6);
});

test("a short song is not faded away", () => {
  assert.equal(seconds(12, song(1, 1, { duration_ms: 9_000 }), song(2, 1)), 3);
  assert.equal(seconds(0, song(1, 1), song(2, 1)), 0);
});
