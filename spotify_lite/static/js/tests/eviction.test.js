import assert from "node:assert/strict";
import test from "node:test";

import { chosen, room } from "../eviction.js";

const DAY = 24 * 3600 * 1000;
const song = (id, daysAgo, plays = 1, bytes = 100) => ({ id, at: 1000 * DAY - daysAgo * DAY, plays, bytes });
const ids = (rows) => rows.map(({ id }) => id);

test("nothing goes while there is room", () => {
  assert.deepEqual(chosen([song(1, 5), song(2, 9)], { room: 200 }), []);
});

test("what was heard longest ago goes first, and no more than must", () => {
  assert.deepEqual(ids(chosen([song(1, 5), song(2, 9), song(3, 7)], { room: 200 })), [2]);
});

test("what was heard often stays longer than what was heard once lately", () => {
  assert.deepEqual(ids(chosen([song(1, 10, 16), song(2, 1, 1)], { room: 100 })), [2]);
});

test("what was heard often, but long ago, goes", () => {
  assert.deepEqual(ids(chosen([song(1, 60, 16), song(2, 1, 1)], { room: 100 })), [1]);
});

test("room is made by bytes: one large song makes room for many", () => {
  assert.deepEqual(ids(chosen([song(1, 9, 1, 500), song(2, 5), song(3, 4)], { room: 250 })), [1]);
});

test("what is pinned or plays never goes, and is no part of the room", () => {
  const rows = [song(1, 50), song(2, 40), song(3, 1)];
  assert.deepEqual(ids(chosen(rows, { room: 0, spared: new Set([1, 3]) })), [2]);
});

test("the budget of the listener is the room", () => {
  assert.equal(room({ budget: 250, quota: 10_000, pinned: 4000 }), 250);
});

test("the browser gives a part of its room, which what is pinned takes first", () => {
  assert.equal(room({ budget: 4000, quota: 1000, pinned: 400 }), 200);
  assert.equal(room({ budget: 4000, quota: 1000, pinned: 900 }), 0);
});

test("a browser that does not say how much it has is not asked", () => {
  assert.equal(room({ budget: 4000, quota: null, pinned: 0 }), 4000);
});
