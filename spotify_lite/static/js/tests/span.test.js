import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, around, seen, step } from "../span.js";

const SIZE = 56;
const COUNT = 100_000;

test("what is in sight are the places that the window cuts", () => {
  assert.deepEqual(seen({ top: 0, bottom: 560, size: SIZE, count: COUNT }), { first: 0, last: 10 });
  assert.deepEqual(seen({ top: 30, bottom: 590, size: SIZE, count: COUNT }), { first: 0, last: 11 });
  assert.deepEqual(seen({ top: -400, bottom: 100, size: SIZE, count: COUNT }), { first: 0, last: 2 });
});

test("a list above the window or below it is not in sight", () => {
  assert.deepEqual(seen({ top: -900, bottom: -100, size: SIZE, count: 5 }), { first: 0, last: 0 });
  assert.deepEqual(seen({ top: 900, bottom: 1700, size: SIZE, count: 5 }), { first: 5, last: 5 });
});

test("rows stand on both sides of what is in sight, and never more than so many", () => {
  for (const high of [0, 500, 844, 2160, 20_000]) {
    for (let top = 0; top < 56 * COUNT; top += 99_991) {
      const sight = seen({ top, bottom: top + high, size: SIZE, count: COUNT });
      const { first, last } = around(null, sight, COUNT);
      assert.ok(first <= sight.first && last >= sight.last);
      assert.ok(last - first <= MOST);
      assert.ok(first >= 0 && last <= COUNT);
    }
  }
});

test("a small step leaves the rows alone, a large one does not", () => {
  const now = around(null, { first: 100, last: 110 }, COUNT);
  assert.equal(around(now, { first: 105, last: 115 }, COUNT), now);
  assert.notEqual(around(now, { first: 125, last: 135 }, COUNT), now);
});

test("a list that has become shorter keeps no rows behind its end", () => {
  const now = around(null, { first: 100, last: 110 }, 200);
  assert.deepEqual(around(now, { first: 95, last: 105 }, 105), { first: 71, last: 105 });
});

test("at both ends of a list there is nothing left to put in", () => {
  const begin = around(null, { first: 0, last: 10 }, 12);
  assert.deepEqual(begin, { first: 0, last: 12 });
  assert.equal(around(begin, { first: 2, last: 12 }, 12), begin);
});

test("keys lead to neighbours, by what is in sight, and to the ends", () => {
  const of = { count: 50, page: 8 };
  assert.equal(step("ArrowDown", 3, of), 4);
  assert.equal(step("ArrowUp", 0, of), 0);
  assert.equal(step("PageDown", 45, of), 49);
  assert.equal(step("PageUp", 20, of), 12);
  assert.equal(step("Home", 20, of), 0);
  assert.equal(step("End", 20, of), 49);
  assert.equal(step("Enter", 20, of), null);
});
