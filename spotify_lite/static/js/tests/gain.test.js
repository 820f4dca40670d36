import assert from "node:assert/strict";
import { test } from "node:test";

import { share } from "../gain.js";

const track = (gain) => ({ audio: { gain_db: gain } });
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 0.001, `${value} is not ${wanted}`);

test("a loud song is turned down by its gain", () => {
  near(share(track(-6), []), 0.501);
  near(share(track(-20), []), 0.1);
  assert.equal(share(track(0), []), 1);
});

test("a quiet song is not turned up: the volume of an audio element ends at 1", () => {
  assert.equal(share(track(5), []), 1);
});

test("a song without a gain is taken to be like the middle of its queue", () => {
  near(share(track(null), [track(-2), track(-6), track(-12), track(null)]), 0.501);
  near(share({}, [track(-20)]), 0.1);
});

test("where nothing is known nothing is turned down", () => {
  assert.equal(share(track(null), [{ id: 1 }, track(null)]), 1);
  assert.equal(share(null, []), 1);
});
