// The bytes of one song: its renditions, where each can be fetched, and what is here of them already. A place that fails
// is followed by the next one from the same byte on; addresses that have ended are asked for again, once.

import { fresh } from "./address.js";
import * as body from "./body.js";
import { Bytes } from "./bytes.js";
import * as fragments from "./fragments.js";

const LATER = 2_500; // milliseconds in which the server learns that a place is down, and no longer sends anyone there
const SPARE = 4; // times the bitrate that the link must carry for what is missing of a whole song to be fetched
const AT_ONCE = 1; // seconds that an address must live for one request, which is let in as it begins
const BUSY = 429;
const ENDED = [403, 410]; // altered or expired: only a new decision helps

export class Unreachable extends Error {
  constructor(status) {
    super("No place gives this song.");
    this.status = status; // of the play call, 0 where the server was not reached, null where the audio itself is missing
    this.refused = status >= 400 && status < 500 && status !== BUSY; // asking again changes nothing
  }
}

export class Supply {
  // `ask` decides anew where the song is, and returns the sources of POST play; `shelf` finds what is on this device.
  constructor({ track, sources, link, ask, now, shelf = null, held = null }) {
    Object.assign(this, { track, sources, link, now, shelf, held });
    this.decide = ask;
    this.asking = null;
    this.told = false; // a decision has named every rendition
    this.kept = null; // {url, type, bytes} on this device
    this.renditions = [];
    this.from = null; // the address of the first byte that came over the network
    this.came = 0; // bytes that came
    this.offered = false; // the shelf has been offered it
    if (track.audio_url) this.#page(track);
  }

  get fresh() {
    return this.kept !== null || this.renditions.some(({ urls }) => urls.some((url) => fresh(url, this.now())));
  }

  // Say whether all of it is here, in one rendition.
  get whole() {
    return this.kept !== null || this.renditions.some(({ bytes, total }) => total && bytes.missing(0, total) === null);
  }

  // Say whether all that is known is of places that have just failed.
  get shunned() {
    return !this.kept && this.renditions.every(({ urls }) => urls.every((url) => this.sources.shuns(url)));
  }

  // Return the addresses of a song that is played by its address, the best first.
  get urls() {
    const known = this.renditions.flatMap(({ urls }) => this.sources.order(urls));
    const lasting = known.filter((url) => fresh(url, this.now()));
    return lasting.length ? lasting : known; // the server gives none that live longer
  }

  // Look on this device, for no longer than so many milliseconds: what is here needs neither signature nor network.
  async look(patience = Infinity) {
    if (!this.shelf?.holds(this.track.id)) return;
    if (patience < Infinity && this.renditions.some(({ path }) => this.held?.has(path))) return; // it is not there
    const looked = this.shelf.find(this.track).catch(() => null);
    const late = patience < Infinity ? [new Promise((done) => setTimeout(done, patience, null))] : [];
    const found = await Promise.race([looked, ...late]);
    if (!found) return;
    this.kept = { ...found, path: pathOf(found.url) };
    this.renditions = this.renditions.filter(({ path }) => path === this.kept.path);
    this.#rendition({ url: found.url, mime: "", bitrate: null }); // its head says
  }

  // Know where the song is, as well as can be known before it is pressed.
  async ready() {
    await this.look();
    if (!this.kept && !this.told) await this.ask().catch(() => {}); // the page named a place
  }

  // Decide anew: one call at a time, whoever asks. Raises Problem.
  ask() {
    this.asking ??= this.decide()
      .then((sources) => this.#offer(sources))
      .finally(() => (this.asking = null));
    return this.asking;
  }

  // Return the rendition that `choose` takes of those that are known. Raises Unreachable.
  async pick(choose, signal) {
    if (!this.renditions.length) await this.#again(0, signal);
    if (!this.renditions.length) throw new Unreachable(null);
    return choose(this.renditions);
  }

  // A song has been appended to its end, that by this rendition: where the rest of it is soon fetched the shelf may have
  // it whole.
  async end(rendition, signal) {
    const { total, bytes, bitrate } = rendition;
    if (!this.shelf || this.kept || this.offered) return;
    this.offered = true;
    if (bytes.size < total / 2) return; // most of it was another
    if (bytes.missing(0, total) !== null && !(this.link.rate > SPARE * bitrate)) return;
    try {
      for await (const _ of this.read(rendition, 0, total, { signal, priority: "low" }));
    } catch {
      return; // it is not worth a word
    }
    const whole = bytes.whole(total);
    if (whole) this.shelf.offer(this.track, rendition.path, new Blob(whole, { type: rendition.mime }));
  }

  // Make sure that something of `rendition` from `from` up to `to` is here; yield each time that more has come.
  async *read(rendition, from, to, { signal, priority }) {
    if (!rendition.bytes.size) this.#take(rendition);
    const { bytes } = rendition;
    known(rendition);
    if (bytes.missing(from, from + 1) === null) yield; // something of it has been held ahead
    let [failed, rounds] = [new Set(), 0];
    for (let at; (at = bytes.missing(from, to)) !== null;) {
      if (rendition.total && at >= rendition.total) return;
      const had = bytes.size;
      if (await until(signal, this.held?.comes(rendition.path, at))) {
        this.came += bytes.size - had;
        known(rendition);
        yield;
        continue;
      }
      if (this.kept && this.kept.path !== rendition.path) return; // another rendition is here
      const url = this.#next(rendition, failed, rounds);
      if (!url) {
        if (!rounds && !this.kept) await this.look();
        if (!this.kept) await this.#again(rounds, signal);
        rounds += 1;
        failed = new Set();
        continue;
      }
      try {
        const pieces = this.kept
          ? this.#taken(at, to)
          : body.read(url, at, bytes.until(at, to), { signal, priority, link: this.link });
        for await (const piece of pieces) {
          this.from ??= piece.url;
          this.came += piece.bytes.length;
          if (piece.total) rendition.total = piece.total;
          bytes.add(piece.at, piece.bytes);
          rounds = 0;
          known(rendition);
          yield;
        }
      } catch (problem) {
        if (signal.aborted || problem instanceof fragments.Unfit) throw problem;
        this.#fail(rendition, url, problem, failed);
      }
    }
  }

  // Take what has been held ahead: it came over the network, too.
  #take(rendition) {
    const held = this.held?.take(rendition.path);
    if (!held) return;
    rendition.bytes = held.bytes;
    this.from ??= held.url;
    this.came += held.bytes.size;
  }

  async *#taken(at, to) {
    const answer = await this.shelf.match(this.kept.url);
    if (!answer) throw new Error("It has been taken from the shelf.");
    yield* body.kept(answer, at, to);
  }

  #fail(rendition, url, { status }, failed) {
    failed.add(url);
    if (this.kept) {
      this.kept = null; // it has just been thrown away
      rendition.urls = [];
      if (this.track.audio_url) this.#page(this.track);
    } else if (ENDED.includes(status)) rendition.urls = [];
    else this.sources.blame(url);
  }

  // What has just been given is tried, whatever this device's clock says of its age.
  #next(rendition, failed, rounds) {
    const now = this.now();
    const lives = (url) => rounds > 0 || fresh(url, now, AT_ONCE);
    return this.sources.order(rendition.urls.filter((url) => !failed.has(url) && lives(url)))[0] ?? null;
  }

  // Every place has failed. The server names others; it, too, sends listeners to a dead one while it thinks it is up.
  async #again(rounds, signal) {
    if (rounds > 1) throw new Unreachable(null);
    if (rounds === 1) await until(signal, new Promise((done) => setTimeout(done, LATER)));
    try {
      await until(signal, this.ask());
    } catch (problem) {
      signal.throwIfAborted();
      throw new Unreachable(problem.status ?? 0);
    }
  }

  #page({ audio_url: url, audio }) {
    for (const address of [url, ...(audio?.fallback_urls ?? [])]) {
      this.#rendition({ url: address, mime: audio?.mime ?? "", bitrate: audio?.bitrate ?? null });
    }
  }

  // Addresses that the server has just given are instead of those of before.
  #offer(given) {
    this.told = true;
    for (const one of this.renditions) one.urls = [];
    for (const one of given) this.#rendition(one);
  }

  #rendition({ url, mime, bitrate }) {
    const path = pathOf(url);
    let found = this.renditions.find((one) => one.path === path);
    if (!found) {
      found = { path, mime, bitrate, urls: [], bytes: new Bytes(), head: null, total: null };
      this.renditions.push(found);
    }
    found.mime ||= mime;
    found.bitrate ??= bitrate;
    found.urls.push(url);
  }
}

// Read the head of a rendition as soon as it is here; raise Unfit where it has none.
function known(rendition) {
  if (rendition.head) return;
  rendition.head = fragments.read(rendition.bytes.read(0));
  if (!rendition.head) return;
  const { mime, total, duration } = rendition.head;
  rendition.mime ||= mime;
  rendition.bitrate ??= Math.round((total * 8) / duration / 1000);
  rendition.total = total;
}

// Wait for something, but not longer than until the signal: then its reason is raised.
async function until(signal, promise) {
  let stop;
  const stopped = new Promise((_, fail) => {
    stop = () => fail(signal.reason);
    signal.addEventListener("abort", stop);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

// What an object is known by at every place and with every signature.
export function pathOf(url) {
  return /\/media\/[^?#]+/.exec(url)?.[0] ?? url;
}
