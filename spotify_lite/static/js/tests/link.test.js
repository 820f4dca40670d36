import assert from "node:assert/strict";
import { test } from "node:test";

import { BEST, Link, SAVE } from "../link.js";

const LADDER = [64, 128, 256];
const bytes = (kbps, ms) => (kbps * ms) / 8;

function after(...spells) {
  const link = new Link();
  for (const [kbps, times] of spells) for (let time = 0; time < times; time += 1) link.add(bytes(kbps, 250), 250);
  return link;
}

test("a link that nobody has measured gives what plays", () => {
  assert.equal(new Link().rate, null);
  assert.equal(new Link().choose(LADDER, { now: 128, ahead: 0 }), 128);
});

test("a good link gives the best, a poor one the least", () => {
  assert.equal(after([10_000, 1]).choose(LADDER, { now: 128, ahead: 9 }), 256);
  assert.equal(after([70, 4]).choose(LADDER, { now: 128, ahead: 9 }), 64);
  assert.equal(after([20, 4]).choose(LADDER, { now: 64, ahead: 1 }), 64);
});

test("a link that breaks down is seen at once, one that gets better soon", () => {
  const fallen = after([10_000, 20], [200, 6]);
  assert.equal(fallen.choose(LADDER, { now: 256, ahead: 9 }), 128);
  const risen = after([200, 40], [10_000, 7]);
  assert.equal(risen.choose(LADDER, { now: 128, ahead: 9 }), 256);
});

test("a bitrate that just fits stays while there is sound ahead, and is not begun", () => {
  const link = after([150, 20]);
  assert.equal(link.choose(LADDER, { now: 128, ahead: 20 }), 128);
  assert.equal(link.choose(LADDER, { now: 128, ahead: 5 }), 64);
  assert.equal(link.choose(LADDER, { now: 64, ahead: 20 }), 64);
});

test("the listener's word stands above the link's", () => {
  assert.equal(after([20, 4]).choose(LADDER, { now: 64, ahead: 1, mode: BEST }), 256);
  assert.equal(after([9_000, 4]).choose(LADDER, { now: 256, ahead: 30, mode: SAVE }), 64);
});
