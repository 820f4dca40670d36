import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Peaks } from "../peaks.js";

const { fetch: before } = globalThis;
afterEach(() => (globalThis.fetch = before));

// Let the server answer with these statuses, one after another; 0 is a server that is away.
function serve(...statuses) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    const status = statuses[Math.min(asked.length, statuses.length) - 1];
    if (!status) throw new TypeError("Failed to fetch");
    return new Response(status === 200 ? new Uint8Array([1, 2, 3]) : null, { status });
  };
  return asked;
}

test("peaks are asked for once and remembered", async () => {
  const asked = serve(200);
  const peaks = new Peaks();
  assert.equal(peaks.of("/a"), undefined);
  const both = await Promise.all([peaks.ask("/a"), peaks.ask("/a")]);
  assert.deepEqual(both, [true, false]);
  assert.deepEqual([...peaks.of("/a")], [1, 2, 3]);
  assert.equal(await peaks.ask("/a"), false);
  assert.deepEqual(asked, ["/a"]);
});

test("none is an answer, a server that is away or in trouble is none", async () => {
  serve(204, 404, 0, 503, 200);
  const peaks = new Peaks();
  for (const none of ["/none", "/gone"]) {
    assert.equal(await peaks.ask(none), true);
    assert.equal(peaks.of(none), null);
  }
  for (const answered of [false, false, true]) assert.equal(await peaks.ask("/late"), answered);
  assert.equal(peaks.of("/late").length, 3);
});

test("nothing is asked of what has no address, and the oldest are forgotten", async () => {
  const asked = serve(200);
  const peaks = new Peaks();
  assert.equal(await peaks.ask(null), false);
  assert.equal(peaks.of(null), null);
  for (let song = 0; song < 45; song += 1) await peaks.ask(`/${song}`);
  assert.equal(peaks.of("/0"), undefined);
  assert.equal(peaks.of("/44").length, 3);
  assert.equal(asked.length, 45);
});
