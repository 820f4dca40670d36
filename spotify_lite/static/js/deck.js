// The deck: puts the current track on, and what comes next behind it. Where they are, what is told to the server about
// them, and what happens when one does not sound.

import { fresh } from "./address.js";
import * as fades from "./fades.js";
import { share } from "./gain.js";
import * as items from "./item.js";
import { goesOn } from "./passing.js";
import { Quality } from "./quality.js";
import { Sources, originOf } from "./sources.js";
import { carries } from "./tape.js";

const GLANCE = 30; // milliseconds that a song with a fresh address waits for what is on this device
const WORDS = { 0: "network", 404: "missing", 410: "expired", 429: "busy", 503: "busy" }; // of what failed, by status
const LITTLE = 15_000; // milliseconds of a song: who has heard no more loses no place when the queue goes on without it
const LATER = 2_500; // milliseconds in which the server learns that a place is down, and no longer sends anyone there

export class Deck {
  constructor({ player, sound, api, link, even, away, crossfade = () => 0, shelf = null, held = null }) {
    Object.assign(this, { player, sound, api, link, even, away, crossfade, shelf, held });
    this.loaded = null; // the id of the track that sounds, or would
    this.item = null; // {track, supply, playId} of it
    this.next = null; // the same of what comes behind it
    this.sources = new Sources();
    this.unfit = new Set(); // ids of songs that cannot be appended after all
    this.untried = []; // addresses of a song that an element plays
    this.renewed = false; // this start has already asked for new addresses
    this.waited = false; // this start has already given the server time to learn what is down
    this.failures = 0; // songs in a row that did not sound
    this.onward = false; // the queue led to this start, and not a press of this song
    this.stuck = null; // {track, at} of what waits for the network; see onward.js
    sound.addEventListener("failed", ({ detail }) => this.#fail(detail.status));
    sound.addEventListener("unfit", ({ detail }) => this.#plain(detail.track));
    this.quality = new Quality({ sound, wanted: () => player.wanted });
  }

  // Begin the current track. A fresh address from the page sounds at once; the play is told beside it.
  async begin(positionMs, { onward = false } = {}) {
    const { player, sound } = this;
    const { track } = player;
    const item = this.next?.track === track ? this.next : items.make(track, this);
    player.wanted = true;
    player.elsewhere = null;
    player.startAt = positionMs;
    this.renewed = this.waited = false;
    this.onward = onward;
    this.stuck = null;
    this.next = null;
    this.item = item;
    const here = positionMs === 0 && sound.skip(track);
    if (!here) sound.pause();
    this.loaded = here ? track.id : null;
    item.playId = player.progress.begin(track.id, item.playId);
    this.quality.begin(item);
    player.changed();
    if (here) {
      if (!item.supply.told && !item.supply.kept) item.supply.ask().catch(() => {});
      this.level();
      player.told = performance.now();
      if (await this.#sound()) player.show();
      return;
    }
    const { supply } = item;
    await supply.look(supply.fresh ? GLANCE : Infinity);
    if (this.item !== item) return;
    if (!supply.fresh || supply.shunned) {
      await this.renew();
      return;
    }
    if (!supply.told && !supply.kept) supply.ask().catch(() => {}); // what is wrong with the track, its sound says too
    this.#open(positionMs);
    if (await this.#sound()) player.show();
  }

  // Go on with the track that is loaded.
  async resume() {
    const { player, sound } = this;
    player.wanted = true;
    if (!sound.streams && !this.#fresh(sound.src)) {
      await this.renew();
      return;
    }
    player.changed();
    if (await this.#sound()) player.show();
  }

  // Ask for new addresses and go on from where the sound was; once a start.
  async renew() {
    const { player, item } = this;
    const at = player.position;
    this.renewed = true;
    try {
      await item.supply.ask();
      if (this.item !== item) return;
      this.#open(at);
      if (player.wanted && (await this.#sound())) player.show();
    } catch (problem) {
      if (this.item === item) this.#fail(problem.status ?? 0);
    }
  }

  // The element cannot go on: its address may be too old, the place down, or the audio is not there.
  async broken() {
    const { player, sound, sources, untried } = this;
    if (sound.streams) {
      this.#fail(null);
      return;
    }
    const old = !this.#fresh(sound.src);
    if (!old) sources.blame(sound.src);
    const url = old && !this.renewed ? null : untried.shift();
    if (url) {
      sound.open(this.item, url, player.position);
      if (player.wanted) await this.#sound();
    } else if (!this.renewed) await this.renew();
    else if (this.several && !this.waited) await this.#renewLater();
    else this.#fail(null);
  }

  // Everything that the server names may be one dead place: the node, too, sends listeners there while it thinks it is up.
  async #renewLater() {
    const { item } = this;
    this.waited = true;
    await new Promise((done) => setTimeout(done, LATER));
    if (this.waited && this.item === item) await this.renew();
  }

  // Say to the sound what comes behind the current track, whenever that may have changed.
  plan() {
    const { player, sound, item } = this;
    const track = this.loaded === null || !item ? null : player.upcoming;
    if (!track) this.next = null;
    else if (this.next?.track !== track) this.next = items.make(track, this);
    if (!this.next) {
      if (sound.next) sound.follow(null);
      return;
    }
    const { next } = this;
    if (!track.audio_url && !next.asked) {
      next.asked = true;
      next.supply.ready().then(() => this.plan());
      return;
    }
    const wanted = fades.seconds(this.crossfade(), item.track, track);
    const fade = wanted && sound.loudness.turns ? wanted : 0;
    const streams = this.#streams(next);
    if (sound.next?.track === track && sound.next.fade === fade && sound.next.streams === streams) return;
    sound.follow(Object.assign(next, { fade, streams, joins: streams && !fade && sound.streams }));
  }

  // What came next sounds by itself.
  joined() {
    const { player, next } = this;
    const { track } = player;
    if (next?.track !== track) {
      this.begin(0, { onward: true });
      return;
    }
    Object.assign(this, { item: next, next: null, loaded: track.id, renewed: false, waited: false, untried: [] });
    this.onward = true;
    if (!this.sound.streams) this.#list();
    next.playId = player.progress.begin(track.id, next.playId);
    this.quality.begin(next);
    player.startAt = 0;
    this.level();
    player.changed();
    player.show(0);
  }

  sounds() {
    this.failures = 0;
  }

  drop() {
    this.quality.end();
    this.loaded = this.item = this.next = null;
    this.sound.close();
  }

  // Turn the sound down to what is even with other songs, if that is wanted.
  level() {
    const { queue } = this.player;
    this.sound.gain = share(queue.current, queue, this.even());
  }

  #fresh(url) {
    return fresh(url, this.api.clock.serverNow());
  }

  #streams({ track, supply }) {
    const [first] = supply.renditions;
    return Boolean(first && carries(first.path, first.mime) && !this.unfit.has(track.id));
  }

  #open(positionMs) {
    const { player, sound, item } = this;
    this.loaded = player.track.id;
    this.level();
    if (this.#streams(item)) sound.append(item, positionMs);
    else {
      this.#list();
      sound.open(item, this.untried.shift(), positionMs);
    }
    player.startAt = positionMs;
    player.told = performance.now();
    this.plan();
  }

  #list() {
    this.untried = this.item.supply.urls;
    this.several = new Set(this.untried.map(originOf)).size > 1;
  }

  // A song is not of the form that can be appended: the element plays its address.
  #plain(track) {
    const { player, item } = this;
    this.unfit.add(track.id);
    if (item?.track !== track) {
      this.plan();
      return;
    }
    this.#open(player.position);
    if (player.wanted) this.#sound();
  }

  // Say whether the browser lets it sound; what was pressed meanwhile is told by whoever pressed it.
  async #sound() {
    const { player } = this;
    const { play } = player.progress;
    if (await this.sound.play()) return player.wanted && player.progress.play === play;
    player.wanted = false; // the browser waits for a press
    player.changed();
    return false;
  }

  #fail(status) {
    const { player } = this;
    this.quality.end(WORDS[status] ?? (status === null ? "source" : status >= 500 ? "network" : "refused"));
    const { track, queue } = player;
    this.failures += 1;
    const cut = status === 0; // no network, or no server
    const to = cut ? queue.place(1, (one) => !this.here(one)) : queue.place(1);
    const further = to !== null && to !== queue.index && (!cut || (this.onward && player.position < LITTLE));
    const on = further && goesOn({ status, failures: this.failures });
    const detail = { status, track, next: on ? queue.tracks[to] : null, onward: this.onward, away: this.away() };
    if (on) {
      queue.jump(to);
      this.begin(0, { onward: true });
    } else {
      this.failures = 0;
      const sounded = player.progress.play?.seq > 0;
      if (sounded) player.note("paused");
      player.halt(player.position);
      if (sounded) player.show(); // who has heard that it plays here is silent for it
      if (cut) this.stuck = { track, at: Date.now() };
    }
    player.dispatchEvent(new CustomEvent("trouble", { detail }));
  }

  // Say whether a song sounds without the network.
  here(track) {
    return Boolean(this.shelf?.lies(track.id)) || (this.next?.track === track && this.next.supply.whole);
  }
}
