// What leaves this device, before a server that is busy, refuses, or knows somebody else by now.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Api } from "../api.js";
import { Claim } from "../claim.js";
import { open } from "../database.js";
import { Outbox } from "../outbox.js";
import { Progress } from "../progress.js";

globalThis.addEventListener = () => {}; // nobody looks here, and nothing comes online

const cell = (value = null) => ({ load: () => value, save: (next) => (value = structuredClone(next)) });
const settled = async () => {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((done) => setImmediate(done));
};

// A server that answers by `answers[path]`, and a browser before it; `calls` is what it was asked.
function bench(answers = {}, kept = {}) {
  const calls = [];
  const me = { listener: { username: "anna" }, guest: false, csrf_token: "t" };
  const given = {
    "GET /me": () => [200, { ...me, server_time: new Date().toISOString() }],
    "GET /me/playback": () => [200, { play_id: null, queue: [] }],
    "POST /me/progress": ({ events }) => [200, { accepted: events.length, rejected: [] }],
    "PUT /me/playback": (state) => [200, { ...state, updated_at: new Date().toISOString() }],
    ...answers,
  };
  globalThis.fetch = async (url, { method, body }) => {
    const call = `${method} ${url.replace("/api/v1", "")}`;
    const sent = body ? JSON.parse(body) : undefined;
    calls.push([call, sent]);
    const [status, answer, headers = {}] = given[call](sent, me);
    return new Response(JSON.stringify(answer), { status, headers });
  };
  const store = { load: (key, other = null) => kept[key] ?? other, save: (key, value) => ((kept[key] = value), true) };
  const outbox = new Outbox(open({ store, indexedDB: undefined }));
  const api = new Api({ store });
  const progress = new Progress({ api, outbox, claim: new Claim({ tab: cell(), browser: cell() }), device: "here" });
  progress.begin(7);
  return {
    progress,
    outbox,
    api,
    calls,
    me,
    kept,
    posts: () => calls.filter(([call]) => call === "POST /me/progress"),
  };
}

const waiting = async ({ outbox, api }) => (await outbox.for("anna", api.clock.serverNow())).map(({ seq }) => seq);

test("what is heard is told, and kept until it is answered", async () => {
  const all = bench();
  all.progress.note("playing", 0);
  all.progress.note("paused", 4_000.4);
  await settled();
  const told = all.posts().flatMap(([, { events }]) => events);
  assert.deepEqual(
    told.map(({ seq, position_ms: at, track_id: track, state }) => [seq, at, track, state]),
    [
      [0, 0, 7, "playing"],
      [1, 4_000, 7, "paused"],
    ],
  );
  assert.deepEqual(await waiting(all), []);
});

test("one that the server rejects is given up, and the rest is not sent again", async () => {
  const all = bench({ "POST /me/progress": () => [200, { accepted: 0, rejected: [{ index: 0, code: "track" }] }] });
  all.progress.note("playing", 0);
  await settled();
  assert.deepEqual([all.posts().length, await waiting(all)], [1, []]);
});

test("a batch that is refused as a whole loses only what is wrong in it", async () => {
  const taken = [];
  const refuse = ({ events }) => {
    if (events.some(({ seq }) => seq === 5)) return [400, { detail: "No." }];
    taken.push(...events.map(({ seq }) => seq));
    return [200, { accepted: events.length, rejected: [] }];
  };
  const all = bench({ "POST /me/progress": refuse });
  await all.progress.outbox.box;
  for (let seq = 0; seq < 9; seq += 1) all.progress.note("paused", seq);
  await settled();
  assert.deepEqual(new Set(taken), new Set([0, 1, 2, 3, 4, 6, 7, 8]));
  assert.deepEqual(await waiting(all), []);
});

test("a server that asks for patience is left alone for as long, whatever happens meanwhile", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let busy = true;
  const answer = ({ events }) =>
    busy ? [503, { detail: "Busy." }, { "Retry-After": "30" }] : [200, { accepted: events.length, rejected: [] }];
  const all = bench({ "POST /me/progress": answer });
  all.progress.note("playing", 0);
  await settled();
  busy = false;
  all.progress.note("paused", 1_000);
  all.progress.wake();
  mock.timers.tick(29_900);
  await settled();
  assert.equal(all.posts().length, 1);
  mock.timers.tick(16_000);
  await settled();
  assert.deepEqual([all.posts().length, await waiting(all)], [2, []]);
  mock.timers.reset();
});

test("a sign-out elsewhere leaves what was heard to whom it belongs", async () => {
  const refuse = (events, me) => {
    if (me.listener?.username === "ben") return [200, { accepted: 1, rejected: [] }];
    me.listener = { username: "ben" }; // the session is another's, and anna's token no longer its
    return [403, { detail: "CSRF" }];
  };
  const all = bench({ "POST /me/progress": refuse });
  await all.api.who();
  all.progress.note("playing", 0);
  await settled();
  assert.equal(all.posts().length, 1, "not once more in ben's name");
  assert.deepEqual(await waiting(all), [0]);
  all.progress.begin(8);
  all.progress.note("playing", 0);
  await settled();
  const [, { events }] = all.posts().at(-1);
  assert.deepEqual([events.length, events[0].track_id], [1, 8]);
  assert.deepEqual(await waiting(all), [0]);
});

test("a state carries the time of the press, also when the queue has gone on by itself", async () => {
  const all = bench();
  all.progress.act();
  const pressed = all.progress.claim.acted;
  await new Promise((done) => setTimeout(done, 5));
  all.progress.begin(8);
  all.progress.show({ queue: [7, 8], index: 1, positionMs: 0, playing: true });
  await settled();
  const [, state] = all.calls.find(([call]) => call === "PUT /me/playback");
  assert.equal(Date.parse(state.at), pressed);
  assert.equal(state.device, "here");
});

test("a silent state is not told while another device plays", async () => {
  const now = new Date(Date.now() - 1_000).toISOString();
  const there = { play_id: "b", seq: 0, at: now, updated_at: now, queue: [1], index: 0, playing: true };
  const all = bench({ "GET /me/playback": () => [200, there] });
  all.progress.act();
  all.progress.show({ queue: [7], index: 0, positionMs: 0, playing: false });
  await settled();
  assert.ok(!all.calls.some(([call]) => call === "PUT /me/playback"));
  assert.equal(await all.outbox.shown("anna", Date.now()), null);
});

test("a state that waits survives a reload, and yields to a newer one", async () => {
  const kept = {};
  const away = bench({ "PUT /me/playback": () => [503, {}, { "Retry-After": "60" }] }, kept);
  away.progress.act();
  away.progress.show({ queue: [7], index: 0, positionMs: 5, playing: true });
  await settled();
  clearTimeout(away.progress.resting);
  const back = bench({}, kept);
  await back.progress.send();
  const [, state] = back.calls.find(([call]) => call === "PUT /me/playback");
  assert.deepEqual([state.queue, state.position_ms], [[7], 5]);

  const later = new Date(Date.now() + 1).toISOString();
  kept.outbox = [{ id: "state anna", listener: "anna", made: Date.now() - 60_000, state }];
  const there = { play_id: "b", seq: 0, at: later, updated_at: later, queue: [1], index: 0, playing: false };
  const late = bench({ "GET /me/playback": () => [200, there] }, kept);
  await late.progress.send();
  assert.ok(!late.calls.some(([call]) => call === "PUT /me/playback"));
  assert.equal(await late.outbox.shown("anna", Date.now()), null);
});
