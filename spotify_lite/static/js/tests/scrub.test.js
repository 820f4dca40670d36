import assert from "node:assert/strict";
import { test } from "node:test";

import { Scrub } from "../scrub.js";

const begin = (width = 400) => new Scrub({ x: 100, y: 700, share: 0.25, width });
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value} is not ${wanted}`);

test("a finger on the bar seeks as far as it goes", () => {
  const scrub = begin();
  assert.equal(scrub.move({ x: 200, y: 700, away: 0 }), true);
  near(scrub.share, 0.5);
  scrub.move({ x: 1000, y: 700, away: 0 });
  assert.equal(scrub.share, 1);
});

test("further away the same way is less, and nothing jumps when the finger goes there", () => {
  const scrub = begin();
  scrub.move({ x: 120, y: 700, away: 0 });
  near(scrub.share, 0.3);
  scrub.move({ x: 120, y: 500, away: 160 });
  near(scrub.share, 0.3);
  scrub.move({ x: 220, y: 500, away: 160 });
  near(scrub.share, 0.325);
  assert.equal(scrub.fineness, 0.1);
});

test("a finger that leaves the bar at once means something else", () => {
  const scrub = begin();
  assert.equal(scrub.move({ x: 103, y: 715, away: 0 }), true);
  assert.equal(scrub.move({ x: 104, y: 730, away: 0 }), false);
  near(scrub.share, 0.25);
});

test("trembling is not seeking", () => {
  const scrub = begin();
  scrub.move({ x: 105, y: 702, away: 0 });
  near(scrub.share, 0.25);
});

test("where writing runs from right to left, so does the bar", () => {
  const scrub = begin(-400);
  scrub.move({ x: 200, y: 700, away: 0 });
  near(scrub.share, 0);
});
