// The player: one audio element, the queue, and what goes wrong. It knows no page; it says what changed.
// Events: "change" (track, queue, playing or waiting), "time" (position), "trouble" (a sentence for the listener).

import { fresh } from "./address.js";
import { EVERY } from "./progress.js";
import { Queue } from "./queue.js";

const SHORT = 500; // milliseconds between two notes that say the same
const AGAIN = 3_000; // milliseconds into a track after which "previous" starts it again

export class Player extends EventTarget {
  constructor({ audio, api, progress, store }) {
    super();
    Object.assign(this, { audio, api, progress, store });
    this.queue = new Queue();
    this.wanted = false; // the listener wants sound
    this.startAt = 0; // milliseconds; where the current track begins once it is loaded
    this.loaded = null; // the id of the track that the audio element holds
    this.renewed = false; // this start has already asked for a new address
    this.told = 0; // performance.now() of the last position that was noted
    this.#listen();
  }

  get track() {
    return this.queue.current;
  }

  get playing() {
    return this.wanted;
  }

  get position() {
    return this.loaded === this.track?.id ? this.audio.currentTime * 1000 || this.startAt : this.startAt;
  }

  get duration() {
    const heard = this.audio.duration * 1000;
    return this.loaded === this.track?.id && Number.isFinite(heard) ? heard : (this.track?.duration_ms ?? 0);
  }

  // Play a list from one of its tracks on.
  playList(tracks, index, { from = "", positionMs = 0 } = {}) {
    this.#leaveTrack();
    this.queue.set(tracks, index, from);
    return this.#start(positionMs);
  }

  async play() {
    if (!this.track || this.wanted) return;
    if (this.loaded !== this.track.id) return this.#start(this.startAt);
    this.wanted = true;
    if (!fresh(this.audio.src, this.api.clock.serverNow())) return this.#renew();
    this.#changed();
    await this.#sound();
    this.#note("playing");
    this.#show();
  }

  pause() {
    if (!this.wanted) return;
    this.wanted = false;
    this.audio.pause();
    this.#note("paused");
    this.#show();
    this.#changed();
  }

  toggle() {
    return this.wanted ? this.pause() : this.play();
  }

  next() {
    return this.#go(() => this.queue.step(1));
  }

  previous() {
    if (this.position > AGAIN || this.queue.index === 0) return this.seek(0);
    return this.#go(() => this.queue.step(-1));
  }

  jump(index) {
    return this.#go(() => this.queue.jump(index));
  }

  seek(ms) {
    if (!this.track) return;
    const to = Math.max(0, Math.min(ms, this.duration));
    if (this.wanted && performance.now() - this.told > SHORT) this.#note("playing"); // what was heard up to here
    if (this.loaded === this.track.id) this.audio.currentTime = to / 1000;
    this.startAt = to;
    this.#note(this.wanted ? "playing" : "paused", to);
    this.#show(to);
    this.dispatchEvent(new Event("time"));
  }

  // Change what comes next by a function of the queue; say whether it changed anything.
  edit(change) {
    const changed = change(this.queue) !== false;
    if (changed) {
      this.#show();
      this.#changed();
    }
    return changed;
  }

  // Stand where the listener was, silently.
  restore({ tracks, index, from, positionMs }) {
    this.queue.set(tracks, index, from);
    this.startAt = positionMs;
    this.#changed();
    this.dispatchEvent(new Event("time"));
  }

  // The page goes away: say where the sound was.
  leave() {
    if (this.wanted) this.#note("playing");
    this.#keep();
  }

  #go(move) {
    this.#leaveTrack();
    if (!move()) return undefined;
    return this.#start(0);
  }

  #leaveTrack() {
    if (this.wanted && this.loaded === this.track?.id && !this.audio.ended) this.#note("paused");
  }

  // Begin the current track. A fresh address from the page sounds at once; the play is told beside it.
  async #start(positionMs) {
    const { track } = this;
    this.wanted = true;
    this.startAt = positionMs;
    this.renewed = false;
    this.audio.pause();
    this.loaded = null;
    const playId = this.progress.begin(track.id);
    this.#changed();
    if (!fresh(track.audio_url, this.api.clock.serverNow())) return this.#renew(playId);
    this.#tell(track, playId).catch(() => {}); // what is wrong with the track, the audio element says too
    this.#open(track.audio_url, positionMs);
    await this.#sound();
    this.#show(positionMs);
    return undefined;
  }

  // Ask for a new address and go on from where the sound was; once a start.
  async #renew(playId = this.progress.play?.id) {
    const { track } = this;
    const at = this.position;
    this.renewed = true;
    try {
      const answer = await this.#tell(track, playId);
      if (this.track?.id !== track.id) return;
      this.#open(answer.sources[0]?.url ?? answer.track.audio_url, at);
      if (this.wanted) await this.#sound();
      this.#show(at);
    } catch (problem) {
      if (this.track?.id === track.id) this.#fail(problem.status ?? 0);
    }
  }

  async #tell(track, playId) {
    const body = { play_id: playId, device: this.progress.device };
    const answer = await this.api.write("POST", `/tracks/${track.id}/play`, body);
    this.queue.fill(answer.track);
    if (this.track?.id === track.id) this.#changed();
    return answer;
  }

  #open(url, positionMs) {
    this.loaded = this.track.id;
    this.audio.src = url;
    if (positionMs > 0) this.audio.currentTime = positionMs / 1000;
    this.startAt = positionMs;
    this.told = performance.now();
  }

  async #sound() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return; // a newer start, or an error that "error" tells
      this.wanted = false; // the browser waits for a press
      this.#changed();
    }
  }

  #fail(status) {
    const title = this.track.title ?? "This song";
    this.startAt = this.position;
    this.wanted = false;
    this.loaded = null;
    this.audio.removeAttribute("src");
    this.#changed();
    const sentence =
      status === 404
        ? `“${title}” is no longer in the catalog. Choose another song.`
        : status === 0
          ? `The server was not reached. Your place in “${title}” is kept; press play to try again.`
          : `“${title}” cannot be played right now. Your place is kept; try again, or choose another song.`;
    this.dispatchEvent(new CustomEvent("trouble", { detail: sentence }));
  }

  #listen() {
    const { audio } = this;
    audio.addEventListener("playing", () => {
      if (performance.now() - this.told > SHORT || this.progress.play?.seq === 0) this.#note("playing");
      this.#changed();
    });
    audio.addEventListener("waiting", () => this.#changed());
    audio.addEventListener("loadedmetadata", () => this.dispatchEvent(new Event("time")));
    audio.addEventListener("timeupdate", () => {
      if (this.loaded === null) return;
      this.dispatchEvent(new Event("time"));
      if (this.wanted && performance.now() - this.told >= EVERY) this.#note("playing");
      else this.#keep();
    });
    audio.addEventListener("pause", () => {
      // headphones pulled out, a call, another app: the listener did not press, but it is paused
      if (this.wanted && this.loaded !== null && !audio.ended && !audio.error) {
        this.wanted = false;
        this.#note("paused");
        this.#changed();
      }
    });
    audio.addEventListener("ended", () => {
      this.#note("ended", this.duration);
      if (!this.#go(() => this.queue.step(1))) {
        this.wanted = false;
        this.startAt = 0;
        this.loaded = null;
        this.#changed();
        this.dispatchEvent(new Event("time"));
      }
    });
    audio.addEventListener("error", () => {
      if (this.loaded === null || !audio.getAttribute("src")) return;
      if (this.renewed) this.#fail(500);
      else this.#renew();
    });
  }

  #note(state, positionMs = this.position) {
    this.told = performance.now();
    this.progress.note(state, positionMs);
    this.#keep(positionMs);
  }

  #show(positionMs = this.position) {
    if (!this.track) return;
    const { ids: queue, index } = this.queue;
    this.progress.show({ queue, index, positionMs, playing: this.wanted });
    this.#keep(positionMs);
  }

  // Remember on this device: a reload starts from here without asking anyone.
  #keep(positionMs = this.position) {
    if (!this.track) return;
    const { listener } = this.progress;
    const at = this.api.clock.serverNow();
    this.store.save("player", { listener, at, positionMs: Math.round(positionMs), ...this.queue.toJSON() });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
