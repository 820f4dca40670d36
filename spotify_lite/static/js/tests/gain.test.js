import assert from "node:assert/strict";
import { test } from "node:test";

import { inOrder, share } from "../gain.js";

const track = (gain, album = null, more = {}) => ({ audio: { gain_db: gain, album_gain_db: album }, ...more });
const queue = (...tracks) => ({ tracks, shuffled: false });
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 0.001, `${value} is not ${wanted}`);

// Three songs of one album, loud, quiet, loud, and one of another.
const record = [-10, -2, -10].map((gain, at) => track(gain, -8, { id: at + 1, album: { id: 7 } }));
const other = track(-4, -6, { id: 9, album: { id: 8 } });

test("a loud song is turned down by its gain", () => {
  near(share(track(-6), queue(), "track"), 0.501);
  near(share(track(-20), queue(), "track"), 0.1);
  assert.equal(share(track(0), queue(), "track"), 1);
});

test("a quiet song is not turned up: the volume of an audio element ends at 1", () => {
  assert.equal(share(track(5), queue(), "track"), 1);
  assert.equal(share(track(5, 3), queue(), "album"), 1);
});

test("a song without a gain is taken to be like the middle of its queue", () => {
  near(share(track(null), queue(track(-2), track(-6), track(-12), track(null)), "track"), 0.501);
  near(share({}, queue(track(-20)), "auto"), 0.1);
});

test("where nothing is known nothing is turned down", () => {
  assert.equal(share(track(null), queue({ id: 1 }, track(null)), "track"), 1);
  assert.equal(share(null, queue(), "auto"), 1);
  assert.equal(share({ id: 4 }, queue({ id: 4 }), "album"), 1);
});

test("off leaves every song as it is", () => {
  assert.equal(share(track(-20, -20), queue(), "off"), 1);
});

test("an album that plays in order keeps its quiet songs quiet", () => {
  const whole = queue(...record);
  for (const song of record) near(share(song, whole, "auto"), 10 ** (-8 / 20));
  for (const song of record) near(share(song, whole, "album"), 10 ** (-8 / 20));
  near(share(record[1], whole, "track"), 10 ** (-2 / 20));
});

test("shuffled, alone or among others, each song of an album has its own gain", () => {
  near(share(record[1], { tracks: record, shuffled: true }, "auto"), 10 ** (-2 / 20));
  near(share(record[1], queue(record[1]), "auto"), 10 ** (-2 / 20));
  near(share(record[1], queue(other, record[1], other), "auto"), 10 ** (-2 / 20));
  near(share(record[1], queue(record[1], { ...record[1] }), "auto"), 10 ** (-2 / 20)); // twice is no album
  near(share(record[1], queue(other, record[1], record[2]), "auto"), 10 ** (-8 / 20));
});

test("an album of which not all is measured falls back to its songs", () => {
  const partly = record.map((song) => ({ ...song, audio: { gain_db: song.audio.gain_db, album_gain_db: null } }));
  near(share(partly[1], queue(...partly), "auto"), 10 ** (-2 / 20));
  near(share(partly[1], queue(...partly), "album"), 10 ** (-2 / 20));
});

test("songs of an album that stand against its order are songs by themselves", () => {
  const numbered = record.map((song, at) => ({ ...song, disc_number: 1, track_number: at + 1 }));
  assert.equal(inOrder(numbered[1], queue(...numbered)), true);
  assert.equal(inOrder(numbered[1], queue(...numbered.toReversed())), false);
  const second = { ...numbered[0], id: 5, disc_number: 2 };
  assert.equal(inOrder(second, queue(numbered[2], second)), true); // the next disc begins
});
