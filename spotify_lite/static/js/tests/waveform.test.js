import assert from "node:assert/strict";
import { test } from "node:test";

import { address, heights, outline } from "../waveform.js";

const KEY = "ab".repeat(32);
const track = { id: 7, hls_url: "/api/v1/tracks/7/hls.m3u8", audio_url: `https://pop/media/ab/${KEY}.mp4?exp=1&sig=2` };

test("peaks are asked for with the key of the audio, whatever place and signature it has", () => {
  assert.equal(address(track), `/api/v1/tracks/7/waveform?of=${KEY}`);
  assert.equal(address({ ...track, audio_url: `/media/ab/${KEY}.mp4` }), address(track));
  assert.equal(address({ id: 7, audio_url: null }), "/api/v1/tracks/7/waveform");
});

test("peaks of what was not measured are not asked for, those of what nobody knows are", () => {
  assert.equal(address({ ...track, hls_url: null }), null);
  assert.equal(address({ id: 7, audio_url: track.audio_url }), address(track));
});

test("the loudest bar is full, silence is still there, and what lies between keeps its order", () => {
  const [quiet, half, full] = heights(new Uint8Array([0, 0, 60, 60, 120, 120]), 3);
  assert.equal(full, 1);
  assert.ok(quiet > 0 && quiet < 0.1);
  assert.ok(half > 0.2 && half < 0.5);
});

test("there are as many bars as there is room for, of few peaks as of many", () => {
  for (const peaks of [1, 70, 85, 999, 1000]) {
    const bars = heights(new Uint8Array(peaks).fill(90), 85);
    assert.equal(bars.length, 85);
    assert.ok(bars.every((bar) => bar === 1));
  }
  assert.deepEqual(new Set(heights(new Uint8Array(500), 10)), new Set([0.04]));
});

test("a bar is a line around the middle", () => {
  assert.equal(outline([1, 0.5], { step: 4, height: 40 }), "M2 0v40M6 10v20");
  assert.equal(outline([1], { from: 3, step: 4, height: 40 }), "M5 0v40");
});
