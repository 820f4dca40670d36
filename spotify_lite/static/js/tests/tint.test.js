import assert from "node:assert/strict";
import { test } from "node:test";

import { nearest, TINTS } from "../tint.js";

const picture = (...colours) =>
  colours.flatMap(([rgb, times]) =>
    Array(times)
      .fill([...rgb, 255])
      .flat(),
  );

test("a picture of one tint is that tint", () => {
  for (const [name, rgb] of Object.entries(TINTS)) assert.equal(nearest(picture([rgb, 4])), name);
});

test("most of the picture decides, not its mean", () => {
  assert.equal(nearest(picture([[167, 200, 180], 60], [[217, 98, 59], 12], [[30, 80, 75], 40])), "moss");
});

test("a picture without colour is slate", () => {
  assert.equal(nearest(picture([[120, 120, 120], 9])), "slate");
  assert.equal(nearest([]), "slate");
});
