import assert from "node:assert/strict";
import test from "node:test";

import { parts } from "../whose.js";

test("another listener, or nobody any more, parts from what is here", () => {
  assert.equal(parts("ada", "bob"), true);
  assert.equal(parts("ada", null), true);
});

test("the same listener keeps it, and a guest who signs in takes it along", () => {
  assert.equal(parts("ada", "ada"), false);
  assert.equal(parts(null, "ada"), false);
  assert.equal(parts(null, null), false);
});
