import assert from "node:assert/strict";
import { test } from "node:test";

import { cover, fresh } from "../address.js";
import { uuid7 } from "../ids.js";

test("an address is fresh until shortly before it ends", () => {
  const url = "http://host/media/ab/ab.mp3?exp=1000&kid=a&sig=00";
  assert.equal(fresh(url, 900_000), true);
  assert.equal(fresh(url, 985_000), false);
  assert.equal(fresh(url, 1_200_000), false);
  assert.equal(fresh(null, 0), false);
  assert.equal(fresh("https://cloud.example/media/ab/ab.mp3?Expires=1000&Signature=x", 985_000), false);
});

test("a cover comes in the size that is asked for, or is drawn", () => {
  const url = "http://host/covers/ab/ab12/320.webp";
  assert.equal(cover({ cover_url: url }, 640), "http://host/covers/ab/ab12/640.webp");
  assert.equal(cover({ id: 7, cover_url: null, album: { id: 3 } }), "/drawn/album/3.svg");
  assert.equal(cover({ id: 7, cover_url: null, album: null }), "/drawn/track/7.svg");
});

test("a play id is a UUIDv7: sorted by time, marked, unique", () => {
  const [first, second] = [uuid7(1_700_000_000_000), uuid7(1_700_000_000_001)];
  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(first < second);
  assert.equal(parseInt(first.replaceAll("-", "").slice(0, 12), 16), 1_700_000_000_000);
  assert.notEqual(uuid7(5), uuid7(5));
});
