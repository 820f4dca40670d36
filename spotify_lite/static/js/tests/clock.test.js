import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock, clock, left, spoken } from "../clock.js";

// A clock of a device that people set, with the stopwatch that they do not.
function device(known = null) {
  const hands = { now: 1_000_000, watch: 0, kept: known };
  const time = new Clock({
    now: () => hands.now,
    watch: () => hands.watch,
    load: () => hands.kept,
    save: (kept) => (hands.kept = kept),
  });
  const pass = (ms) => ((hands.now += ms), (hands.watch += ms));
  return { time, hands, pass, set: (ms) => (hands.now += ms) };
}

const moment = (ms) => new Date(ms).toISOString();

test("server time is this device's time and the offset of the quickest answer", () => {
  const { time, pass } = device();
  assert.equal(time.serverNow(), 1_000_000);
  time.learn(moment(1_060_000), 100);
  assert.equal(time.serverNow(), 1_060_050);
  time.learn(moment(1_059_500), 2_000);
  assert.equal(time.serverNow(), 1_060_050, "a slower answer teaches nothing");
  pass(5_000);
  assert.equal(time.serverNow(), 1_065_050);
});

test("a slow answer teaches when what is known cannot be true", () => {
  const { time } = device();
  time.learn(moment(1_060_000), 100);
  time.learn(moment(3_000_000), 2_000);
  assert.equal(time.serverNow(), 3_001_000);
});

test("a quick answer of hours ago is worth less than one of now", () => {
  const { time, pass } = device();
  time.learn(moment(1_000_000), 20);
  pass(10_800_000);
  time.learn(moment(11_800_300), 100);
  assert.equal(time.serverNow(), 11_800_350);
});

test("a time that is none teaches nothing", () => {
  const { time } = device();
  time.learn("soon", 0);
  assert.equal(time.serverNow(), 1_000_000);
});

test("a start without a network goes on with what was learnt before", () => {
  const { time, hands } = device();
  time.learn(moment(1_060_000), 0);
  assert.equal(device(hands.kept).time.serverNow(), 1_060_000);
});

test("a clock that is set back does not turn time back", () => {
  const { time, hands, pass, set } = device();
  time.learn(moment(1_060_000), 0);
  set(-3_600_000);
  pass(1_000);
  assert.equal(time.serverNow(), 1_061_000);
  assert.equal(time.doubtful, true);
  const reloaded = new Clock({ now: () => hands.now, watch: () => 0, load: () => hands.kept });
  assert.equal(reloaded.serverNow(), 1_061_000, "nor does a reload");
});

test("after a sleep the clock is right and the stopwatch is not", () => {
  const { time, set } = device();
  time.learn(moment(1_060_000), 0);
  set(28_800_000);
  assert.equal(time.serverNow(), 29_860_000);
  time.learn(moment(29_860_000), 400);
  assert.deepEqual([time.serverNow(), time.doubtful], [29_860_200, false]);
});

test("a clock that is put forward is put right by the next answer, however slow", () => {
  const { time, set } = device();
  time.learn(moment(1_060_000), 0);
  set(600_000);
  time.learn(moment(1_060_500), 1_000);
  assert.equal(time.serverNow(), 1_061_000);
});

test("small steps of a time server are no jumps", () => {
  const { time, pass, set } = device();
  time.learn(moment(1_060_000), 0);
  set(150);
  pass(1_000);
  time.serverNow();
  assert.equal(time.doubtful, false);
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
  assert.equal(spoken(86_400_000), "24 hours");
  assert.equal(spoken(3_661_000), "1 hour 1 minute 1 second");
});
