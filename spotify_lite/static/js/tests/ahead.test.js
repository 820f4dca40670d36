import assert from "node:assert/strict";
import { test } from "node:test";

import { Ahead } from "../ahead.js";
import { Link } from "../link.js";
import { place } from "./places.data.js";

const SONG = new Uint8Array(300_000).fill(7);
const PIECE = 96 * 1024;
const NOW = 1_000_000; // seconds

function ahead({ device = {}, here = () => false, busy = () => false, budget } = {}) {
  return new Ahead({ link: new Link(), now: () => NOW * 1000, here, busy, budget, device });
}

const pathOf = (id) => `/media/ab/${String(id).repeat(4)}.mp4`;
const track = (there, id) => ({ id, audio_url: there.url(NOW + 900, pathOf(id)) });

async function arrived(held, path) {
  for (let at = 0; (at = held.held.get(path)?.bytes.size ?? 0) < PIECE;) assert.ok(await held.comes(path, at));
}

test("the beginning of a song is fetched once, and given away once", async (context) => {
  const there = await place(context, SONG);
  const held = ahead();
  held.want(track(there, 1));
  held.want(track(there, 1));
  await arrived(held, pathOf(1));
  held.want(track(there, 1));
  assert.deepEqual(there.asked, [`bytes=0-${PIECE - 1}`]);
  const { url, bytes } = held.take(pathOf(1));
  assert.deepEqual([url, bytes.read(0).length], [track(there, 1).audio_url, PIECE]);
  assert.equal(held.take(pathOf(1)), null);
});

for (const [name, device] of Object.entries({
  "who saves data": { connection: { saveData: true, effectiveType: "4g" } },
  "a cellular line": { connection: { type: "cellular", effectiveType: "4g" } },
  "a slow line": { connection: { effectiveType: "3g" } },
  "a device with little memory": { deviceMemory: 2 },
})) {
  test(`nothing is held for ${name}`, async (context) => {
    const there = await place(context, SONG);
    const held = ahead({ device });
    held.want(track(there, 1));
    assert.equal(held.has(pathOf(1)), false);
    await new Promise((done) => setTimeout(done, 50));
    assert.deepEqual(there.asked, []);
  });
}

test("a device that tells nothing of itself holds", async (context) => {
  const there = await place(context, SONG);
  for (const device of [{}, { deviceMemory: 8, connection: { effectiveType: "4g", saveData: false } }]) {
    const held = ahead({ device });
    held.want(track(there, 1));
    await arrived(held, pathOf(1));
  }
  assert.equal(there.asked.length, 2);
});

test("what is here needs no holding, nor does what has ended or cannot be appended", async (context) => {
  const there = await place(context, SONG);
  const held = ahead({ here: (id) => id === 1 });
  held.want(track(there, 1));
  held.want({ id: 2, audio_url: there.url(NOW) });
  held.want({ id: 3, audio_url: there.url(NOW + 900, "/media/ab/ab.mp3") });
  held.want({ id: 4, audio_url: null });
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(there.asked, []);
});

test("what plays comes first: the others wait until it has enough", async (context) => {
  const there = await place(context, SONG);
  let busy = true;
  const held = ahead({ busy: () => busy });
  held.want(track(there, 1));
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(there.asked, []);
  busy = false;
  held.go();
  await arrived(held, pathOf(1));
  assert.equal(there.asked.length, 1);
});

test("no more is held than the budget: the least recent goes", async (context) => {
  const there = await place(context, SONG);
  const held = ahead({ budget: 2 * PIECE });
  for (const id of [1, 2, 1, 3]) {
    held.want(track(there, id));
    await arrived(held, pathOf(id));
  }
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual([1, 2, 3].filter((id) => held.has(pathOf(id))), [1, 3]); // prettier-ignore
});

test("a song that is played stops what is fetched for others", async (context) => {
  const there = await place(context, SONG);
  const held = ahead();
  held.want(track(there, 1));
  held.want(track(there, 2));
  assert.equal(held.take(pathOf(3)), null);
  await new Promise((done) => setTimeout(done, 50));
  assert.ok(there.asked.length <= 1);
  assert.deepEqual([held.has(pathOf(1)), held.has(pathOf(2))], [false, false]);
});
