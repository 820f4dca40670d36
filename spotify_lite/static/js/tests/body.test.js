import assert from "node:assert/strict";
import { test } from "node:test";

import * as body from "../body.js";
import { Link } from "../link.js";
import { place } from "./places.data.js";

const SONG = new Uint8Array(40_000).fill(7);

test("a poor link is measured, of which little comes at once", async (context) => {
  const there = await place(context, SONG);
  there.spoiled = { rate: 25_000 };
  const link = new Link();
  const { signal } = new AbortController();
  for await (const _ of body.read(there.url(0), 0, SONG.length, { signal, link }));
  assert.ok(link.rate > 100 && link.rate < 250, `${link.rate} kbit/s of 200`);
});

test("a few bytes say nothing of a link", async (context) => {
  const there = await place(context, SONG);
  const link = new Link();
  const { signal } = new AbortController();
  for await (const _ of body.read(there.url(0), 0, 1_000, { signal, link }));
  assert.equal(link.rate, null);
});

test("a body that ends early is no whole body", async (context) => {
  const there = await place(context, SONG);
  there.spoiled = { cut: 10_000 };
  const { signal } = new AbortController();
  let came = 0;
  await assert.rejects(async () => {
    for await (const { bytes } of body.read(there.url(0), 0, SONG.length, { signal })) came += bytes.length;
  });
  assert.equal(came, 10_000);
});
