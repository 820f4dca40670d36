import assert from "node:assert/strict";
import { test } from "node:test";

import { HEAD, LAST } from "./fragments.data.js";
import { Unfit, evened, read, segmentAt } from "../fragments.js";

// What our packaging makes of 7.3 seconds at 128 kbit/s: all before the first fragment, and the last moof.
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value} is not ${wanted}`);

test("the head says how long the sound is, without what the encoder put before and behind it", () => {
  const head = read(bytes(HEAD));
  near(head.duration, 321930 / 44100);
  near(head.priming, 1024 / 44100);
  assert.equal(head.timescale, 44100);
  assert.equal(head.mime, 'audio/mp4; codecs="mp4a.40.2"');
  assert.deepEqual(
    head.segments.map(({ at, size }) => [at, size]),
    [
      [820, 32723],
      [33543, 32838],
      [66381, 32815],
      [99196, 20719],
    ],
  );
  assert.equal(head.total, 119915);
  near(head.segments[1].start, 88064 / 44100);
});

test("what starts a decoder has no edit list any more, and is as long as before", () => {
  const { init } = read(bytes(HEAD));
  const text = String.fromCharCode(...init);
  assert.equal(init.length, 732);
  assert.ok(!text.includes("edts") && text.includes("mp4a"));
});

test("while bytes of the head are missing there is nothing to say", () => {
  const whole = bytes(HEAD);
  for (const length of [0, 7, 32, 400, 733, whole.length - 1]) assert.equal(read(whole.subarray(0, length)), null);
});

test("a place is found in its segment", () => {
  const head = read(bytes(HEAD));
  assert.deepEqual(
    [0, 1.99, 2, 4.1, 100].map((seconds) => segmentAt(head, seconds)),
    [0, 0, 1, 2, 3],
  );
});

test("the last frame is said to be a whole one, so that a browser knows how much to cut off", () => {
  const before = bytes(LAST);
  const after = evened(before, { mime: 'audio/mp4; codecs="mp4a.40.2"' });
  const changed = [...after].map((value, at) => (value === before[at] ? null : at)).filter((at) => at !== null);
  assert.deepEqual(changed, [after.length - 8 + 2, after.length - 8 + 3]);
  assert.equal(new DataView(after.buffer).getUint32(after.length - 8), 1024);
  assert.equal(new DataView(before.buffer).getUint32(before.length - 8), 394);
});

test("other files are told from ours", () => {
  const whole = bytes(HEAD);
  assert.throws(() => read(new TextEncoder().encode("ID3\u0004 and so on, an MP3 file")), Unfit);
  const bare = whole.slice();
  bare.set([0x6d, 0x6f, 0x6f, 0x66], 736); // "moof" where the index should be
  assert.throws(() => read(bare), Unfit);
});
