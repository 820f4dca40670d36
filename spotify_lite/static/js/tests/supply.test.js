import assert from "node:assert/strict";
import { test } from "node:test";

import { Ahead } from "../ahead.js";
import { Problem } from "../api.js";
import { Link } from "../link.js";
import { Sources } from "../sources.js";
import { Supply, Unreachable } from "../supply.js";
import { HEAD } from "./fragments.data.js";
import { place } from "./places.data.js";

const SONG = new Uint8Array(60_000).fill(7);
SONG.set(Buffer.from(HEAD, "base64"));
const NOW = 1_000_000; // seconds

// A song at some addresses; `decide` says where it is when it is asked for anew.
function supply(urls, { decide = () => [], held = null } = {}) {
  const asked = [];
  const [audio_url = null, ...fallback_urls] = urls;
  const audio = { mime: "audio/mp4", bitrate: 128, fallback_urls };
  const one = new Supply({
    track: { id: 7, audio_url, audio },
    sources: new Sources(),
    link: new Link(),
    held,
    now: () => NOW * 1000,
    ask: async () => (asked.push(1), decide().map((url) => ({ url, mime: "audio/mp4", bitrate: 128 }))),
  });
  return { one, asked };
}

// Read all of it, as the player does; return the bytes.
async function read(one, signal = new AbortController().signal) {
  const rendition = await one.pick(([first]) => first, signal);
  for await (const _ of one.read(rendition, 0, SONG.length, { signal }));
  return rendition.bytes.read(0);
}

test("a song comes from the first place in one request", async (context) => {
  const [first, second] = [await place(context, SONG), await place(context, SONG)];
  const { one, asked } = supply([first.url(NOW + 900), second.url(NOW + 900)]);
  assert.deepEqual(await read(one), SONG);
  assert.deepEqual([first.asked, second.asked, asked.length], [["bytes=0-59999"], [], 0]);
  assert.equal(new URL(one.from).origin, first.origin);
  assert.equal(one.came, SONG.length);
  assert.equal(one.renditions[0].head.segments.length, 4);
});

test("a place that breaks off is followed by the next one, from the same byte on", async (context) => {
  const [first, second] = [await place(context, SONG), await place(context, SONG)];
  first.spoiled = { cut: 25_000 };
  const { one, asked } = supply([first.url(NOW + 900), second.url(NOW + 900)]);
  assert.deepEqual(await read(one), SONG);
  assert.deepEqual([second.asked, asked.length], [["bytes=25000-59999"], 0]);
  assert.equal(one.came, SONG.length, "no byte twice");
});

test("an address is used as long as it lives, and then asked for once", async (context) => {
  const there = await place(context, SONG);
  const alive = supply([there.url(NOW + 5)]);
  await read(alive.one);
  assert.equal(alive.asked.length, 0, "five seconds are enough for a request");
  there.asked.length = 0;
  const { one, asked } = supply([there.url(NOW)], { decide: () => [there.url(NOW)] });
  assert.deepEqual(await read(one), SONG, "whatever this device's clock says of what was just given");
  assert.deepEqual([there.asked.length, asked.length], [1, 1]);
});

test("an address that is refused for its age is asked for again, and the song goes on at the same byte", async (context) => {
  const [old, other] = [await place(context, SONG), await place(context, SONG)];
  old.spoiled = { status: 410 };
  const { one, asked } = supply([old.url(NOW + 900)], { decide: () => [other.url(NOW + 900)] });
  one.renditions[0].bytes.add(0, SONG.subarray(0, 30_000));
  assert.deepEqual(await read(one), SONG);
  assert.deepEqual([asked.length, other.asked], [1, ["bytes=30000-59999"]]);
  assert.equal(one.sources.shuns(old.url(0)), false, "the place is not at fault");
});

test("what ends in vain says what the server said", async (context) => {
  const away = supply([], {
    decide: () => {
      throw new Problem(401, "Sign in.");
    },
  });
  await assert.rejects(read(away.one), ({ status }) => status === 401);
  const nowhere = supply([]);
  await assert.rejects(read(nowhere.one), (problem) => problem instanceof Unreachable && problem.status === null);
});

test("who no longer wants it waits for no answer", async () => {
  const never = supply([], { decide: () => [] });
  never.one.decide = () => new Promise(() => {});
  const stop = new AbortController();
  const reading = read(never.one, stop.signal);
  stop.abort();
  await assert.rejects(reading, { name: "AbortError" });
});

test("what was held ahead is not asked for again, and is told as what it came from", async (context) => {
  const there = await place(context, SONG);
  const url = there.url(NOW + 900);
  const held = new Ahead({ link: new Link(), now: () => NOW * 1000, here: () => false, busy: () => false, device: {} });
  const { one } = supply([url], { held });
  held.want(one.track);
  assert.deepEqual(await read(one), SONG);
  assert.equal(there.asked.length, 1);
  assert.deepEqual([one.from, one.came], [url, SONG.length]);
});
