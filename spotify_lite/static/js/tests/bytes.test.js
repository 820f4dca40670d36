import assert from "node:assert/strict";
import { test } from "node:test";

import { Bytes } from "../bytes.js";

const of = (...values) => Uint8Array.from(values);

test("pieces are read in their order, whichever came first, up to the first hole", () => {
  const bytes = new Bytes();
  bytes.add(2, of(2, 3));
  bytes.add(0, of(0, 1));
  bytes.add(6, of(6));
  assert.deepEqual([...bytes.read(1)], [1, 2, 3]);
  assert.deepEqual([bytes.missing(0, 7), bytes.until(4, 9), bytes.missing(6, 7)], [4, 6, null]);
  assert.equal(bytes.whole(7), null);
  bytes.add(4, of(4, 5));
  assert.deepEqual([...bytes.read(0, 7)], [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(bytes.whole(7).length, 4);
});

test("what is here already is not kept twice", () => {
  const bytes = new Bytes();
  bytes.add(2, of(2, 3));
  bytes.add(0, of(0, 1, 2, 3, 4));
  bytes.add(1, of(1, 2));
  assert.equal(bytes.size, 5);
  assert.deepEqual([...bytes.read(0)], [0, 1, 2, 3, 4]);
});

test("what lies behind is let go of", () => {
  const bytes = new Bytes();
  bytes.add(0, of(0, 1));
  bytes.add(2, of(2, 3));
  bytes.forget(2);
  assert.deepEqual([bytes.size, bytes.missing(0, 4), [...bytes.read(2)]], [2, 0, [2, 3]]);
});
