import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, Queue } from "../queue.js";

const tracks = (...ids) => ids.map((id) => ({ id }));

test("a list is queued from the pressed row on", () => {
  const queue = new Queue();
  queue.set(tracks(1, 2, 3), 1, "Night Ferry");
  assert.equal(queue.current.id, 2);
  assert.deepEqual(queue.following, tracks(3));
  assert.equal(queue.from, "Night Ferry");
});

test("steps end at both ends and move nothing there", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 1 });
  assert.equal(queue.step(1), false);
  assert.equal(queue.current.id, 2);
  assert.equal(queue.step(-1), true);
  assert.equal(queue.step(-1), false);
  assert.equal(queue.current.id, 1);
});

test("taking a track out keeps the current one current", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3), index: 1 });
  assert.equal(queue.remove(0), true);
  assert.equal(queue.current.id, 2);
  assert.equal(queue.remove(queue.index), false);
  assert.equal(queue.remove(9), false);
  assert.deepEqual(queue.ids, [2, 3]);
});

test("a track plays next, or at the end", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 0 });
  queue.add({ id: 3 }, { next: true });
  queue.add({ id: 4 });
  assert.deepEqual(queue.ids, [1, 3, 2, 4]);
});

test("clearing keeps what plays", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3), index: 2 });
  queue.clear();
  assert.deepEqual(queue.ids, [3]);
  assert.equal(queue.index, 0);
});

test("a list that is too long keeps what is around the pressed row", () => {
  const many = Array.from({ length: 3 * LONGEST }, (_, id) => ({ id }));
  for (const index of [0, 50, 1500, many.length - 1]) {
    const queue = new Queue({ tracks: many, index });
    assert.equal(queue.tracks.length, LONGEST);
    assert.equal(queue.current.id, index);
  }
  const full = new Queue({ tracks: many, index: 0 });
  assert.equal(full.add({ id: -1 }), false);
});

test("an empty queue has no current track", () => {
  const queue = new Queue();
  assert.equal(queue.current, null);
  assert.equal(queue.step(1), false);
  queue.clear();
  assert.deepEqual(queue.ids, []);
});

test("a queue survives being written down", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 1, from: "Popular" });
  assert.deepEqual(new Queue(JSON.parse(JSON.stringify(queue))), queue);
});

test("a track that was only an id is filled in, and keeps what the answer leaves out", () => {
  const queue = new Queue({ tracks: [{ id: 1 }, { id: 2, tint: "sea" }] });
  queue.fill({ id: 2, title: "Tideline" });
  assert.deepEqual(queue.tracks[1], { id: 2, tint: "sea", title: "Tideline" });
  assert.deepEqual(queue.tracks[0], { id: 1 });
});
