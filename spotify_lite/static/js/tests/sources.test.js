import assert from "node:assert/strict";
import { test } from "node:test";

import { Sources } from "../sources.js";

const [POP, OTHER, WEB] = ["https://pop.example", "https://other.example", "http://web.example:8000"];

test("addresses are tried in the order that they were given, each once", () => {
  const urls = [`${POP}/media/1`, null, `${WEB}/media/1`, `${POP}/media/1`];
  assert.deepEqual(new Sources().order(urls), [`${POP}/media/1`, `${WEB}/media/1`]);
});

test("a place that has just failed comes last for a minute, whatever the song", () => {
  let now = 0;
  const sources = new Sources(() => now);
  sources.blame(`${POP}/media/1`);
  const urls = [`${POP}/media/2`, `${OTHER}/media/2`, `${WEB}/media/2`];
  assert.deepEqual(sources.order(urls), [`${OTHER}/media/2`, `${WEB}/media/2`, `${POP}/media/2`]);
  now = 60_000;
  assert.deepEqual(sources.order(urls), urls);
});

test("where every place has failed the order stands", () => {
  const sources = new Sources(() => 0);
  for (const place of [WEB, POP]) sources.blame(`${place}/media/1`);
  const urls = [`${POP}/media/1`, `${WEB}/media/1`];
  assert.deepEqual(sources.order(urls), urls);
});
