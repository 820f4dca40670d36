import assert from "node:assert/strict";
import { test } from "node:test";

import { Sources } from "../sources.js";

const [POP, OTHER, WEB] = ["https://pop.example", "https://other.example", "http://web.example:8000"];

test("addresses are tried in the order that they were given, each once", () => {
  const sources = new Sources();
  sources.offer([`${POP}/media/1`, null, `${WEB}/media/1`, `${POP}/media/1`]);
  assert.deepEqual([sources.next(), sources.next(), sources.next()], [`${POP}/media/1`, `${WEB}/media/1`, null]);
});

test("a place that has just failed comes last for a minute, whatever the song", () => {
  let now = 0;
  const sources = new Sources(() => now);
  sources.blame(`${POP}/media/1`);
  sources.offer([`${POP}/media/2`, `${OTHER}/media/2`, `${WEB}/media/2`]);
  assert.equal(sources.next(), `${OTHER}/media/2`);
  assert.equal(sources.next(), `${WEB}/media/2`);
  assert.equal(sources.next(), `${POP}/media/2`);
  now = 60_000;
  sources.offer([`${POP}/media/3`, `${WEB}/media/3`]);
  assert.equal(sources.next(), `${POP}/media/3`);
});

test("where every place has failed the order stands", () => {
  const sources = new Sources(() => 0);
  for (const place of [WEB, POP]) sources.blame(`${place}/media/1`);
  sources.offer([`${POP}/media/1`, `${WEB}/media/1`]);
  assert.equal(sources.next(), `${POP}/media/1`);
});

test("what was left of the song before is forgotten", () => {
  const sources = new Sources();
  sources.offer([`${POP}/media/1`, `${WEB}/media/1`]);
  sources.offer([`${POP}/media/2`]);
  assert.deepEqual([sources.next(), sources.next()], [`${POP}/media/2`, null]);
});
