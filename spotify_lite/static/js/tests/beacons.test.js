import assert from "node:assert/strict";
import { test } from "node:test";

import { Beacons } from "../beacons.js";

const PLAY = "01890a5d-ac96-774b-bcce-b302099a8057";
const heard = (more = {}) => ({
  play_id: PLAY,
  track_id: 7,
  first_audio_ms: 87.4,
  source: "edge",
  stalls: 0,
  stall_ms: 0,
  error: null,
  bitrate: 128,
  url: "https://edge.example/media/aa/aa.mp4?sig=secret",
  ...more,
});

// A browser: what it sends, what it keeps, and whether there is a network.
function browser({ kept = null, online = true, saveData = false } = {}) {
  const sent = [];
  const here = { sent, kept, online };
  const cell = { load: () => structuredClone(here.kept), save: (value) => (here.kept = structuredClone(value)) };
  const options = { url: "/told", kept: cell, online: () => here.online, link: { saveData } };
  here.beacons = new Beacons({ ...options, send: (url, body) => sent.push([url, body]) });
  here.told = () => Promise.all(sent.map(async ([, body]) => JSON.parse(await body.text())));
  return here;
}

test("plays are told together, as JSON, and once", async () => {
  const { beacons, sent, told } = browser();
  beacons.add(heard());
  beacons.add(heard({ source: "device", first_audio_ms: null, stalls: 2, stall_ms: 812.7 }));
  assert.equal(sent.length, 0, "nothing is said before it is time");
  beacons.flush();
  beacons.flush();
  beacons.leave();
  assert.deepEqual(
    sent.map(([url, body]) => [url, body.type]),
    [["/told", "application/json"]],
  );
  const [[first, second]] = await told();
  assert.deepEqual(first, {
    play_id: PLAY,
    source: "edge",
    first_audio_ms: 87,
    stalls: 0,
    stall_ms: 0,
    error: null,
  });
  assert.deepEqual([second.source, second.first_audio_ms, second.stalls, second.stall_ms], ["device", null, 2, 813]);
});

test("what was played, and from where exactly, is not told", async () => {
  const { beacons, told } = browser();
  beacons.add(heard());
  beacons.flush();
  const [[one]] = await told();
  assert.deepEqual(Object.keys(one).sort(), ["error", "first_audio_ms", "play_id", "source", "stall_ms", "stalls"]);
});

test("an error is a word, whatever it was", async () => {
  const { beacons, told } = browser();
  for (const error of ["network", "Not Found", 503, "x".repeat(40), ""]) beacons.add(heard({ error }));
  beacons.flush();
  const [all] = await told();
  assert.deepEqual(
    all.map(({ error }) => error),
    ["network", "other", "503", "other", null],
  );
});

test("without a network it waits, also for the next page", async () => {
  const page = browser({ online: false });
  page.beacons.add(heard());
  page.beacons.flush();
  page.beacons.leave();
  assert.deepEqual([page.sent.length, page.kept.length], [0, 1]);
  const next = browser({ kept: page.kept });
  assert.equal(next.kept, null, "a page after that would tell it twice");
  next.beacons.add(heard());
  next.beacons.leave();
  assert.equal((await next.told())[0].length, 2);
  assert.equal(next.kept, null);
});

test("at most fifty wait, the newest", async () => {
  const page = browser({ online: false });
  for (let stalls = 0; stalls < 60; stalls += 1) page.beacons.add(heard({ stalls }));
  page.online = true;
  page.beacons.flush();
  const [all] = await page.told();
  assert.deepEqual([all.length, all[0].stalls, all.at(-1).stalls], [50, 10, 59]);
  assert.ok(page.sent[0][1].size < 8 * 1024);
});

test("who saves data tells nothing", () => {
  const { beacons, sent } = browser({ saveData: true });
  beacons.add(heard());
  beacons.leave();
  assert.equal(sent.length, 0);
});
