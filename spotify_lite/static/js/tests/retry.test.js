import assert from "node:assert/strict";
import { test } from "node:test";

import { after, wait } from "../retry.js";

test("tries come later each time, and not all at once", () => {
  const least = [0, 1, 2, 3, 9].map((failures) => wait({ failures, random: () => 0 }));
  assert.deepEqual(least, [2_000, 5_000, 15_000, 60_000, 60_000]);
  assert.equal(wait({ failures: 0, random: () => 1 }), 3_000);
});

test("what the server asks for is kept, within reason", () => {
  assert.equal(wait({ failures: 0, after: 30_000, random: () => 0 }), 30_000);
  assert.ok(wait({ failures: 0, after: 30_000 }) >= 30_000);
  assert.equal(wait({ failures: 0, after: 1e9, random: () => 0 }), 600_000);
});

test("a Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(after("7"), 7_000);
  assert.equal(after("Fri, 02 Jan 2026 00:01:00 GMT", now), 60_000);
  assert.equal(after("Thu, 01 Jan 2026 00:01:00 GMT", now), 0);
  assert.equal(after("soon", now), null);
  assert.equal(after(null), null);
});
