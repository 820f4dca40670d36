import assert from "node:assert/strict";
import test from "node:test";

import { added } from "../recent.js";

test("the newest search is first", () => {
  assert.deepEqual(added(["tide"], "ferry"), ["ferry", "tide"]);
});

test("a search that comes again moves up, as it was typed last", () => {
  assert.deepEqual(added(["ferry", "Tide"], "tide"), ["tide", "ferry"]);
});

test("six are remembered", () => {
  assert.deepEqual(added(["1", "2", "3", "4", "5", "6"], "7"), ["7", "1", "2", "3", "4", "5"]);
});
