// The deck: puts the current track on. Its address, what is told to the server about it, and what happens when it does
// not sound.

import { fresh } from "./address.js";
import { share } from "./gain.js";
import { Sources } from "./sources.js";
import * as trouble from "./trouble.js";

const LATER = 2_500; // milliseconds in which the server learns that a place is down, and no longer sends anyone there

export class Deck {
  constructor({ player, sound, api, even }) {
    Object.assign(this, { player, sound, api, even });
    this.loaded = null; // the id of the track that the audio element holds
    this.sources = new Sources();
    this.renewed = false; // this start has already asked for new addresses
    this.waited = false; // this start has already given the server time to learn what is down
    this.failures = 0; // songs in a row that did not sound
  }

  // Begin the current track. A fresh address from the page sounds at once; the play is told beside it.
  async begin(positionMs) {
    const { player } = this;
    const { track } = player;
    player.wanted = true;
    player.elsewhere = null;
    player.startAt = positionMs;
    this.renewed = this.waited = false;
    this.sound.pause();
    this.loaded = null;
    const playId = player.progress.begin(track.id);
    player.changed();
    if (!this.#fresh(track.audio_url) || this.sources.shuns(track.audio_url)) return this.renew(playId);
    this.#tell(track, playId).catch(() => {}); // what is wrong with the track, the audio element says too
    this.sources.offer([track.audio_url, ...(track.audio?.fallback_urls ?? [])]);
    this.#open(this.sources.next(), positionMs);
    if (await this.#sound()) player.show();
    return undefined;
  }

  // Go on with the track that is loaded.
  async resume() {
    const { player } = this;
    player.wanted = true;
    if (!this.#fresh(this.sound.src)) return this.renew();
    player.changed();
    if (await this.#sound()) player.show();
    return undefined;
  }

  // Ask for new addresses and go on from where the sound was; once a start.
  async renew(playId = this.player.progress.play?.id) {
    const { player } = this;
    const { track } = player;
    const at = player.position;
    this.renewed = true;
    try {
      const answer = await this.#tell(track, playId);
      if (player.track !== track) return;
      this.sources.offer(answer.sources.map((source) => source.url));
      this.#open(this.sources.next(), at);
      if (player.wanted && (await this.#sound())) player.show();
    } catch (problem) {
      if (player.track === track) this.#fail(problem.status ?? 0);
    }
  }

  // The audio element cannot go on: its address may be too old, the place down, or the audio is not there.
  async broken() {
    const { player, sound, sources } = this;
    const old = !this.#fresh(sound.src);
    if (!old) sources.blame(sound.src);
    const url = old && !this.renewed ? null : sources.next();
    if (url) {
      this.#open(url, player.position);
      if (player.wanted) await this.#sound();
    } else if (!this.renewed) await this.renew();
    else if (sources.several && !this.waited) await this.#renewLater();
    else this.#fail(null);
  }

  // Everything that the server names may be one dead place: the node, too, sends listeners there while it thinks it is up.
  async #renewLater() {
    this.waited = true;
    const { id } = this.player.progress.play ?? {};
    await new Promise((done) => setTimeout(done, LATER));
    if (this.waited && this.player.progress.play?.id === id) await this.renew(id);
  }

  sounds() {
    this.failures = 0;
  }

  drop() {
    this.loaded = null;
    this.sound.close();
  }

  // Turn the sound down to what is even with other songs, if that is wanted.
  level() {
    const { queue } = this.player;
    this.sound.turn("gain", this.even() ? share(queue.current, queue.tracks) : 1);
  }

  #fresh(url) {
    return fresh(url, this.api.clock.serverNow());
  }

  async #tell(track, playId) {
    const { player } = this;
    const body = { play_id: playId, device: player.progress.device };
    const answer = await this.api.write("POST", `/tracks/${track.id}/play`, body);
    player.queue.fill(answer.track);
    if (player.track === track) {
      this.level();
      player.changed();
    }
    return answer;
  }

  #open(url, positionMs) {
    this.loaded = this.player.track.id;
    this.level();
    this.sound.open(url, positionMs);
    this.player.startAt = positionMs;
    this.player.told = performance.now();
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
    const { track, queue } = player;
    this.failures += 1;
    const ahead = queue.goesOn && queue.tracks.length > 1 ? (queue.following[0] ?? queue.tracks[0]) : null;
    const found = trouble.of({ status, track, next: ahead, failures: this.failures });
    if (found.on) {
      queue.step(1);
      this.begin(0);
    } else {
      this.failures = 0;
      const sounded = player.progress.play?.seq > 0;
      if (sounded) player.note("paused");
      player.halt(player.position);
      if (sounded) player.show(); // who has heard that it plays here is silent for it
    }
    player.dispatchEvent(new CustomEvent("trouble", { detail: found }));
  }
}
