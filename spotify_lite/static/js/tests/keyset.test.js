import assert from "node:assert/strict";
import { test } from "node:test";

import { Keyset } from "../keyset.js";

const PAGE = 100;

// A list of so many numbers, of which the page brought 50, and what was asked of the server.
function list(length, { count = length, breaks = () => false } = {}) {
  const asked = [];
  const cut = (from, to) => ({
    rows: Array.from({ length: Math.min(to, length) - from }, (_, at) => from + at),
    next: to < length ? `at ${to}` : null,
  });
  const read = async (cursor) => {
    asked.push(cursor);
    if (breaks(cursor)) throw new Error("away");
    const from = Number(cursor.slice(3));
    return cut(from, from + PAGE);
  };
  return { keyset: new Keyset({ ...cut(0, 50), count, read }), asked };
}

test("the first page is here, and says how many there are in all", () => {
  const { keyset } = list(1000);
  assert.equal(keyset.at(49), 49);
  assert.equal(keyset.at(50), undefined);
  assert.equal(keyset.total, 1000);
  assert.ok(keyset.lacks(50));
  assert.ok(!keyset.lacks(49));
});

test("rows come page by page, each asked for once", async () => {
  const { keyset, asked } = list(1000);
  await Promise.all([keyset.reach(420), keyset.reach(300), keyset.reach(60)]);
  assert.equal(keyset.at(420), 420);
  assert.equal(keyset.known, 450);
  assert.deepEqual(asked, ["at 50", "at 150", "at 250", "at 350"]);
});

test("behind the end there is nothing, and nothing is asked for", async () => {
  const { keyset, asked } = list(130);
  assert.equal(await keyset.reach(129), true);
  assert.equal(await keyset.reach(130), false);
  assert.equal(asked.length, 1);
  assert.equal(keyset.total, 130);
  assert.ok(!keyset.lacks(130));
});

test("a wrong number of all is put right at the end, and none is none", async () => {
  const { keyset } = list(130, { count: 9 });
  assert.ok(keyset.total > 50);
  await keyset.reach(129);
  assert.equal(keyset.total, 130);
  assert.equal(list(130, { count: null }).keyset.total, null);
});

test("of a hundred thousand rows few are here, and the others come back by their cursors", async () => {
  const { keyset, asked } = list(100_000);
  for (let place = 0; place < 100_000; place += 90) await keyset.reach(place);
  const held = keyset.pages.filter(({ rows }) => rows);
  assert.ok(held.length <= 25, `${held.length} pages`);
  assert.equal(keyset.at(10), 10); // the first page has no cursor
  assert.equal(keyset.at(5000), undefined);
  const before = asked.length;
  assert.ok(keyset.lacks(5000));
  await keyset.reach(5000);
  assert.equal(keyset.at(5000), 5000);
  assert.equal(asked.length, before + 1);
});

test("a run ends where rows are not here", async () => {
  const { keyset } = list(1000);
  await keyset.reach(100);
  assert.equal(keyset.run(120, 1000).length, 30);
  assert.deepEqual(keyset.run(48, 4), [48, 49, 50, 51]);
});

test("what failed is asked for again", async () => {
  let away = true;
  const { keyset } = list(1000, { breaks: () => away });
  await assert.rejects(keyset.reach(60));
  away = false;
  assert.equal(await keyset.reach(60), true);
});

test("a later visit stands where the one before did, and reads only what it looks at", async () => {
  const { keyset } = list(1000);
  await keyset.reach(700);
  const later = list(1000);
  later.keyset.resume(JSON.parse(JSON.stringify(keyset)));
  assert.equal(later.keyset.known, 750);
  await later.keyset.reach(700);
  assert.equal(later.keyset.at(700), 700);
  assert.deepEqual(later.asked, ["at 650"]);
  await later.keyset.reach(999);
  assert.equal(later.keyset.known, 1000);
});

test("a list that begins otherwise than before starts anew", async () => {
  const { keyset } = list(1000);
  await keyset.reach(700);
  const other = list(1000);
  other.keyset.next = "at 51";
  other.keyset.resume(JSON.parse(JSON.stringify(keyset)));
  assert.equal(other.keyset.known, 50);
});
