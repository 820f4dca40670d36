// The desk's queue of files: so many at a time, in order, and one that fails holds up none.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AT_ONCE, Queue } from "../../desk/queue.js";

function bench() {
  const under = new Map();
  const queue = new Queue(
    (item, signal) =>
      new Promise((resolve, reject) => {
        under.set(item.name, { resolve, reject });
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    () => {},
  );
  const items = ["a", "b", "c", "d"].map((name) => ({ name }));
  for (const item of items) queue.add(item);
  return { queue, items, under, steps: () => items.map((item) => item.step) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("two are sent at a time, in order", async () => {
  const { under, steps } = bench();
  assert.equal(AT_ONCE, 2);
  assert.deepEqual(steps(), ["sending", "sending", "waiting", "waiting"]);
  under.get("b").resolve({});
  await settled();
  assert.deepEqual(steps(), ["sending", "sent", "sending", "waiting"]);
});

test("one that fails says why, lets the next go on, and can be sent again", async () => {
  const { queue, items, under, steps } = bench();
  under.get("a").reject(new Error("no room"));
  await settled();
  assert.deepEqual(steps(), ["failed", "sending", "sending", "waiting"]);
  assert.equal(items[0].words, "no room");
  queue.retry(items[0]);
  assert.equal(items[0].step, "waiting");
  under.get("b").resolve({});
  under.get("c").resolve({});
  await settled();
  assert.deepEqual(steps(), ["sending", "sent", "sent", "sending"]);
});

test("one that is cancelled is stopped and makes room", async () => {
  const { queue, items, steps } = bench();
  queue.cancel(items[0]);
  await settled();
  assert.deepEqual(steps(), ["cancelled", "sending", "sending", "waiting"]);
  queue.cancel(items[3]);
  await settled();
  assert.deepEqual(steps(), ["cancelled", "sending", "sending", "cancelled"]);
  assert.equal(queue.busy, true);
});
