import assert from "node:assert/strict";
import { test } from "node:test";

import { FADE, Sleep } from "../sleep.js";

function made({ kept = null } = {}) {
  const clock = { ms: 1_000_000 };
  const saved = [];
  const sleep = new Sleep({ load: () => kept, save: (until) => saved.push(until), now: () => clock.ms });
  return { sleep, clock, saved };
}

test("it is due after its minutes, and not before", () => {
  const { sleep, clock } = made();
  assert.deepEqual([sleep.on, sleep.due, sleep.share, sleep.left], [false, false, 1, null]);
  sleep.in(15);
  clock.ms += 15 * 60_000 - 1;
  assert.deepEqual([sleep.on, sleep.due], [true, false]);
  clock.ms += 1;
  assert.deepEqual([sleep.on, sleep.due], [false, true]);
});

test("the sound goes in the last seconds", () => {
  const { sleep, clock } = made();
  sleep.in(30);
  clock.ms += 30 * 60_000 - FADE;
  assert.equal(sleep.share, 1);
  clock.ms += FADE / 2;
  assert.equal(sleep.share, 0.5);
  clock.ms += FADE;
  assert.equal(sleep.share, 0);
});

test("one choice takes the place of the other", () => {
  const { sleep } = made();
  sleep.in(15);
  sleep.atEnd();
  assert.deepEqual([sleep.on, sleep.afterSong, sleep.left, sleep.share], [true, true, null, 1]);
  sleep.in(15);
  assert.equal(sleep.afterSong, false);
  sleep.off();
  assert.deepEqual([sleep.on, sleep.due], [false, false]);
});

test("it survives a page of another kind, and is forgotten when its time has passed", () => {
  const { sleep, saved } = made();
  sleep.in(45);
  assert.equal(made({ kept: saved[0] }).sleep.left, 45 * 60_000);
  assert.equal(made({ kept: 999_999 }).sleep.due, false);
});
