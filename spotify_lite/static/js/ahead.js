// What will likely be played: the first seconds of it are held in memory, so that a press of play need not wait for the
// network. Songs that are pointed at, the top of what was found, and what comes next in the queue.

import { fresh } from "./address.js";
import * as body from "./body.js";
import { Bytes } from "./bytes.js";
import * as kept from "./kept.js";
import { trackOf } from "./rows.js";
import { pathOf } from "./supply.js";

const PIECE = 96 * 1024; // bytes of each song: the head, and six seconds
const BUDGET = 4 * 1024 * 1024; // bytes of all
const ENOUGH = 10_000; // milliseconds of what plays that are there: with fewer, nothing else is fetched
const DWELL = 60; // milliseconds that a mouse rests on a row before that means something
const TOP = 3; // songs of what was found
const NEXT = 2; // songs of the queue
const MOST = 6; // songs that wait for their turn
const LEAST_MEMORY = 2; // gigabytes; with no more, nothing is held
const SLOW = /(^|-)[23]g$/;

export function start({ player, api, shelf }) {
  const held = new Ahead({
    link: player.deck.link,
    now: () => api.clock.serverNow(),
    here: (id) => shelf?.holds(id) ?? false,
    busy: () => player.wanted && player.sound.ahead < ENOUGH,
  });
  const row = (target) => target.closest?.("main .row[data-id], #queue .row[data-id], #now .row[data-id]");
  // Before the rows of what is on this device are read, all of it might be.
  const hold = (track) => kept.ready().then(() => held.want(track));
  const want = (target) => row(target) && hold(trackOf(row(target)));
  let rest = 0;

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    clearTimeout(rest);
    if (pointerType === "mouse") rest = setTimeout(() => want(target), DWELL);
  });
  document.addEventListener("pointerdown", ({ target }) => want(target));
  document.addEventListener("focusin", ({ target }) => want(target));
  document.addEventListener("found", ({ target }) => {
    const rows = [...(target.querySelectorAll?.(".row[data-id]") ?? [])].slice(0, TOP);
    for (const one of rows.reverse()) hold(trackOf(one));
  });

  function ready() {
    const { queue } = player;
    const { next } = player.deck;
    const joined = next?.joins ? next.track : null; // its beginning is on the tape
    const tracks = player.loaded ? queue.following.filter((track) => track !== joined) : [queue.current];
    for (const track of tracks.slice(0, NEXT).reverse()) hold(track);
  }
  const first = document.querySelector("main [data-track]");
  if (first) connect(trackOf(first).audio_url);
  player.addEventListener("change", ready);
  player.addEventListener("time", () => held.go()); // there may be enough of what plays by now
  ready();
  return held;
}

export class Ahead {
  // `here` says what needs no network, `busy` whether what plays needs all of it.
  constructor({ link, now, here, busy, budget = BUDGET, device = navigator }) {
    Object.assign(this, { link, now, here, busy, budget, device });
    this.held = new Map(); // path -> {url, bytes}, the least recent first
    this.flights = new Map(); // path -> {stop, come}
    this.waiting = []; // tracks, the most wanted last
  }

  get allowed() {
    const { connection, deviceMemory = Infinity } = this.device;
    const { saveData, effectiveType = "", type } = connection ?? {};
    if (saveData || type === "cellular" || SLOW.test(effectiveType)) return false;
    return deviceMemory > LEAST_MEMORY;
  }

  // Hold the beginning of a song, soon.
  want(track) {
    if (!track?.audio_url || !fresh(track.audio_url, this.now()) || this.here(track.id) || !this.allowed) return;
    const path = pathOf(track.audio_url);
    const known = this.held.get(path);
    if (known) {
      this.held.delete(path);
      this.held.set(path, known);
    }
    if (known || this.flights.has(path) || !path.endsWith(".mp4")) return;
    this.waiting = [...this.waiting.filter((other) => other.id !== track.id), track].slice(-MOST);
    this.go();
  }

  // Say whether something of a file is here, or on its way.
  has(path) {
    return this.held.has(path);
  }

  // Give what is held of a file, {url, bytes}, to who plays it, and let nothing else be in the way of the rest.
  take(path) {
    this.waiting = [];
    for (const [other, { stop }] of this.flights) if (other !== path) stop.abort();
    const held = this.held.get(path) ?? null;
    this.held.delete(path);
    return held;
  }

  // Wait for more of what is on its way; say whether something is.
  async comes(path, at) {
    const flight = this.flights.get(path);
    if (!flight || at >= PIECE) return false;
    await flight.come.promise;
    return true;
  }

  // Fetch what waits, unless something else is on its way.
  async go() {
    if (this.flights.size || this.busy()) return;
    const track = this.waiting.pop();
    if (!track) return;
    const path = pathOf(track.audio_url);
    const held = { url: track.audio_url, bytes: new Bytes() };
    const flight = { stop: new AbortController(), come: promised() };
    this.flights.set(path, flight);
    this.held.set(path, held);
    const tell = () => {
      const { come } = flight;
      flight.come = promised();
      come.resolve();
    };
    try {
      const { signal } = flight.stop;
      for await (const { at, bytes } of body.read(track.audio_url, 0, PIECE, {
        signal,
        link: this.link,
        priority: "low",
      })) {
        held.bytes.add(at, bytes);
        tell();
      }
    } catch {
      if (!held.bytes.size) this.held.delete(path);
    }
    this.flights.delete(path);
    tell();
    this.#shrink();
    this.go();
  }

  #shrink() {
    let sum = [...this.held.values()].reduce((all, { bytes }) => all + bytes.size, 0);
    for (const [path, { bytes }] of this.held) {
      if (sum <= this.budget) return;
      this.held.delete(path);
      sum -= bytes.size;
    }
  }
}

// Let a line to another origin be there before it is needed: over a phone that costs two round trips.
function connect(url) {
  const { origin } = new URL(url, location.href);
  if (origin === location.origin) return;
  const link = Object.assign(document.createElement("link"), { rel: "preconnect", href: origin });
  link.crossOrigin = "anonymous";
  document.head.append(link);
}

function promised() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
