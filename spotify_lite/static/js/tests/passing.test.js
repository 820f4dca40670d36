import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, goesOn } from "../passing.js";

test("a song that does not sound, is gone, or waits for the network is passed over", () => {
  for (const status of [null, 404, 0]) assert.equal(goesOn({ status, failures: 1 }), true);
});

test("where the next song would fail alike, the queue stays", () => {
  for (const status of [401, 403, 503]) assert.equal(goesOn({ status, failures: 1 }), false);
});

test("after some songs that do not sound the rest is left alone", () => {
  assert.equal(goesOn({ status: null, failures: MOST - 1 }), true);
  assert.equal(goesOn({ status: null, failures: MOST }), false);
});
