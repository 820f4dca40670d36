// The device's search reads and finds what the server's does: data that the server's tests have written.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as analyser from "../pocket/analyser.js";
import * as asking from "../pocket/asking.js";
import { build } from "../pocket/building.js";
import { Index } from "../pocket/index.js";
import * as packing from "../pocket/packing.js";
import { KINDS, search } from "../pocket/planner.js";
import * as romanisation from "../pocket/romanisation.js";
import { sound } from "../pocket/typos.js";
import { coreTitle } from "../pocket/versions.js";

const shared = (name) =>
  JSON.parse(readFileSync(new URL(`../../../../catalog/tests/data/${name}`, import.meta.url), "utf8"));
const analysed = shared("analysed.json");
const answered = shared("answered.json");
const AGREED = 0.95; // of the queries have the same first five in the same order

test("names are read as the same words, with the same other spellings", () => {
  romanisation.learn(analysed.letters);
  const wrong = [];
  for (const [name, words, others] of analysed.names) {
    const read = analyser.read(name);
    if (JSON.stringify([read.words, read.others]) !== JSON.stringify([words, others])) wrong.push([name, read, others]);
  }
  for (const [name, keys] of analysed.keys) {
    assert.deepEqual(analyser.keysOf(analyser.read(name).words.join(" ")), keys, name);
  }
  for (const [name, core] of analysed.cores) assert.equal(coreTitle(name), core);
  assert.deepEqual(wrong, []);
});

test("words of other scripts are spelt alike, and words sound alike", () => {
  romanisation.learn(analysed.letters);
  for (const [word, spellings, parts] of analysed.spellings) {
    assert.deepEqual([romanisation.spellings(word), romanisation.parts(word)], [spellings, parts], word);
  }
  for (const [word, heard] of analysed.sounds) assert.equal(sound(word), heard);
});

test("queries are read alike", () => {
  romanisation.learn(analysed.letters);
  for (const [text, told] of analysed.queries) {
    const query = asking.read(text);
    const read = {
      words: query.words,
      required: query.required,
      keys: [...asking.keysOf(query)].sort(),
      parts: [...asking.partsOf(query)].sort(),
      phrases: query.phrases,
      fields: query.fields,
      filters: query.filters.length,
      exact: [...query.exact].sort(),
      numbers: Object.fromEntries(query.numbers),
    };
    assert.deepEqual(read, told, text);
  }
});

function indexOf({ letters, pieces }, changes) {
  romanisation.learn(letters);
  const tables = packing.empty();
  for (const piece of pieces) packing.add(tables, piece);
  return new Index(structuredClone(build(tables, packing.change(tables, changes))));
}

test("judged queries are answered first by the same, and nearly all by the same five in the same order", () => {
  const index = indexOf(answered);
  const other = [];
  const firsts = [];
  for (const [query, kind, ids] of answered.queries) {
    const found = search(query, index, { limit: 5, kinds: [kind] });
    const mine = found[kind].map((place) => index.shown(kind, place).id);
    if (mine[0] !== ids[0]) firsts.push([query, kind, mine, ids]);
    if (JSON.stringify(mine) !== JSON.stringify(ids)) other.push([query, kind, mine, ids]);
  }
  const share = 1 - other.length / answered.queries.length;
  console.log(
    `${answered.queries.length} queries: the same five ${(100 * share).toFixed(1)} %, another first ${firsts.length}`,
  );
  assert.ok(share >= AGREED, JSON.stringify(other.slice(0, 20)));
  assert.ok(firsts.length <= 0.01 * answered.queries.length, JSON.stringify(firsts.slice(0, 20)));
});

// A small catalog as the server packs it: ids and years as differences, what few rows have by their places.
const SMALL = [
  {
    tracks: {
      id: [7, 2],
      title: ["Tideline", "Long Way Home"],
      credit: [[1], ["Halcyon Pike feat. Aoki"]],
      artist: [3, 0],
      others: [[], []],
      guests: [[1], [[4]]],
      makers: [[], []],
      year: [2024, -20],
      cover: [[], []],
      album: [5, -5],
      seconds: [185, 61],
      genres: ["Ambient"],
      genre: [0, -1],
      further: [[], []],
      explicit: [1],
      silent: [],
    },
  },
  {
    albums: {
      id: [5],
      title: ["Shoreline"],
      credit: [[], []],
      artist: [3],
      others: [[], []],
      year: [2024],
      cover: [[0], ["ab".repeat(32)]],
      kind: ["ep"],
    },
  },
  { artists: { id: [3, 1], name: ["Halcyon Pike", "Aoki"], aliases: [[1], ["Blue Tree"]], cover: [[], []] } },
  { buckets: { tracks: [100, 90], albums: [100], artists: [90, 110] } },
];
const found = (index, query) =>
  search(query, index, { limit: 5 }).tracks.map((place) => index.shown("tracks", place).id);

test("packed rows are shown with all that a page needs", () => {
  const index = indexOf({ letters: {}, pieces: SMALL });
  const [place] = search("tideline", index, { limit: 5 }).tracks;
  assert.deepEqual(index.shown("tracks", place), {
    id: 7,
    bucket: 100,
    cover: "ab".repeat(32),
    title: "Tideline",
    artist: "Halcyon Pike",
    artists: [{ id: 3, name: "Halcyon Pike", role: "main" }],
    year: 2024,
    album: { id: 5, title: "Shoreline" },
    duration_ms: 185_000,
    explicit: false,
    silent: false,
  });
  assert.deepEqual(found(index, "halcyon pike"), [9, 7]); // the more played first
  assert.deepEqual(found(index, "blue tree"), [9]); // by another name of a guest
  assert.deepEqual(found(index, "genre:ambient"), [7]);
  assert.deepEqual(found(index, "album:shore"), [7]);
  assert.deepEqual(found(index, "year:2000-2010"), [9]);
});

test("what has changed since takes the place of what was packed", () => {
  const rows = {
    ...SMALL[0].tracks,
    id: [8],
    title: ["Tideline Two"],
    credit: [[], []],
    artist: [3],
    guests: [[], []],
  };
  const one = { year: [0], album: [5], seconds: [10], genre: [-1], explicit: [], bucket: [60] };
  const changes = { tracks: { gone: [9], moved: [7], to: [50], rows: { ...rows, ...one } } };
  const index = indexOf({ letters: {}, pieces: structuredClone(SMALL) }, { changes });
  assert.deepEqual(found(index, "tideline"), [7, 8]); // the very name before what goes on from it
  assert.deepEqual(found(index, "halcyon pike"), [7, 8]);
  assert.deepEqual(found(index, "long way home"), []);
  assert.equal(index.count("tracks"), 2);
  assert.equal(index.shown("tracks", 0).bucket, 50);
});
