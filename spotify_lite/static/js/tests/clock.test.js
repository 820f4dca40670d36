import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock, clock, left, spoken } from "../clock.js";

test("server time is this device's time and the offset of the quickest answer", () => {
  let now = 1_000_000;
  const time = new Clock(() => now);
  assert.equal(time.serverNow(), now);
  time.learn(new Date(1_060_050).toISOString(), 1_000_000, 1_000_100);
  assert.equal(time.serverNow(), 1_060_000);
  time.learn(new Date(9_000_000).toISOString(), 1_000_000, 1_002_000);
  assert.equal(time.serverNow(), 1_060_000, "a slower answer teaches nothing");
  now += 5_000;
  assert.equal(time.serverNow(), 1_065_000);
});

test("a time that is none teaches nothing", () => {
  const time = new Clock(() => 5);
  time.learn("soon", 0, 0);
  assert.equal(time.serverNow(), 5);
});

test("lengths are said as on the sleeve", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(185_400), "3:05");
  assert.equal(clock(3_727_000), "1:02:07");
  assert.equal(clock(Number.NaN), "0:00");
  assert.equal(clock(-5), "0:00");
});

test("what is left is said roughly when it is long", () => {
  assert.equal(left(134_000), "2:14 left");
  assert.equal(left(31 * 60_000), "31 min left");
  assert.equal(left(72 * 60_000), "1 h 12 min left");
});

test("a position is spoken in words", () => {
  assert.equal(spoken(96_000), "1 minute 36 seconds");
  assert.equal(spoken(0), "0 seconds");
  assert.equal(spoken(121_000), "2 minutes 1 second");
});
