import assert from "node:assert/strict";
import test from "node:test";

import { Places } from "../places.js";

function storage(text = null) {
  return { text, getItem: () => text, setItem: (name, value) => (text = value), read: () => text };
}

test("a place outlives the page", () => {
  const kept = storage();
  const before = new Places(kept);
  before.set("a", { y: 1200, at: { name: "A /albums/1", nth: 0 } });
  before.save();
  assert.deepEqual(new Places(kept).get("a"), { y: 1200, at: { name: "A /albums/1", nth: 0 } });
});

test("a page that was never left begins at its top", () => {
  assert.deepEqual(new Places(storage()).get("a"), { y: 0, at: null });
});

test("the least recent places go when there are too many", () => {
  const places = new Places(storage());
  for (let page = 0; page < 70; page += 1) places.set(page, { y: page + 1, at: null });
  assert.equal(places.get(0).y, 0);
  assert.equal(places.get(69).y, 70);
});

test("a storage that is off or holds something else is no trouble", () => {
  const broken = {
    getItem: () => {
      throw new Error("off");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const kept of [broken, storage("{"), storage("7"), storage("null")]) {
    const places = new Places(kept);
    places.set("a", { y: 5, at: null });
    places.save();
    assert.equal(places.get("a").y, 5);
  }
});
