// How plays went, told to the server in passing: a few together, when nobody waits for anything. It says neither who
// listens nor to what. What cannot be told is lost, and nobody is disturbed.

import * as store from "./store.js";

const KEY = "beacons"; // what a page could not tell without a network
const MOST = 50; // that wait, and that are told at once
const SOON = 10_000; // milliseconds that a play waits for others
const WORD = /^[a-z0-9_-]{1,32}$/;

export class Beacons {
  // `send` takes an address and a body, as navigator.sendBeacon; `link` is navigator.connection, where there is one.
  constructor({ url, send, link = null, kept = store.cell(KEY), online = () => navigator.onLine }) {
    Object.assign(this, { url, send, link, kept, online });
    this.waiting = kept.load() ?? [];
    if (this.waiting.length) kept.save(null);
  }

  // Take how a play went, the detail of the player's "quality". Who saves data is not asked for theirs.
  add(detail) {
    if (this.link?.saveData) return;
    this.waiting = [...this.waiting, beacon(detail)].slice(-MOST);
  }

  // Tell what waits; without a network it waits on.
  flush() {
    if (!this.waiting.length || !this.online()) return;
    const body = new Blob([JSON.stringify(this.waiting)], { type: "application/json" });
    this.waiting = [];
    this.send(this.url, body);
  }

  // The page may be gone in a moment: tell, or leave it to the next one.
  leave() {
    this.flush();
    if (this.waiting.length) this.kept.save(this.waiting);
  }
}

export function start({ player, url = document.documentElement.dataset.beacons }) {
  if (!url || !navigator.sendBeacon) return;
  const send = (...words) => navigator.sendBeacon(...words);
  const beacons = new Beacons({ url, send, link: navigator.connection });
  const idle = globalThis.requestIdleCallback ?? setTimeout;
  let soon = null;
  const later = () => {
    soon ??= setTimeout(() => {
      soon = null;
      idle(() => beacons.flush());
    }, SOON);
  };
  if (beacons.waiting.length) later();
  player.addEventListener("quality", ({ detail }) => {
    beacons.add(detail);
    later();
  });
  addEventListener("online", later);
  addEventListener("pagehide", () => beacons.leave());
  document.addEventListener("visibilitychange", () => document.hidden && beacons.flush());
}

function beacon({ play_id, first_audio_ms, source, stalls, stall_ms, error }) {
  const first =
    first_audio_ms === null || first_audio_ms === undefined ? null : Math.max(0, Math.round(first_audio_ms));
  const word = error ? (WORD.test(error) ? `${error}` : "other") : null;
  const times = { first_audio_ms: first, stalls: stalls ?? 0, stall_ms: Math.max(0, Math.round(stall_ms ?? 0)) };
  return { play_id, source: source ?? "web", ...times, error: word };
}
