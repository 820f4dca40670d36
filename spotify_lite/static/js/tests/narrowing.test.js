import assert from "node:assert/strict";
import test from "node:test";

import { matches } from "../narrowing.js";

for (const [text, query, expected] of [
  ["Night Ferry Halcyon Pike", "nig", true],
  ["Night Ferry Halcyon Pike", "pike night f", true],
  ["Night Ferry Halcyon Pike", "ight", false],
  ["Night Ferry Halcyon Pike", "night z", false],
  ["Björk", "BJO", true],
  ["Sinéad O'Connor", "o'con", true],
  ["夜行列車", "列車", true],
  ["ガラス", "カ", false],
  ["לילה על החוף", "לילה על", true],
  ["AC/DC", "dc", true],
]) {
  test(`“${text}” ${expected ? "matches" : "does not match"} “${query}”`, () => {
    assert.equal(matches(text, query), expected);
  });
}
