// The player: what the listener wants of the queue and the sound. It knows no page; it says what changed.
// Events: "change" (track, queue, playing or waiting), "time" (position), "trouble" (what trouble.js puts into words).

import { Deck } from "./deck.js";
import { Queue } from "./queue.js";

const SHORT = 500; // milliseconds between two notes that say the same
const AGAIN = 3_000; // milliseconds into a track after which "previous" starts it again

export class Player extends EventTarget {
  constructor({ sound, api, progress, memory, sleep, ...deck }) {
    super();
    Object.assign(this, { sound, progress, memory, sleep });
    this.queue = new Queue();
    this.deck = new Deck({ player: this, sound, api, ...deck });
    this.wanted = false; // the listener wants sound
    this.elsewhere = null; // {playing, device, tab} of who has the player, where that is not this page; see devices.js
    this.take = () => undefined; // plays here what that device plays
    this.startAt = 0; // milliseconds; where the current track begins once it is loaded
    this.told = 0; // performance.now() of the last position that was noted
    this.#listen();
  }

  get track() {
    return this.queue.current;
  }

  get playing() {
    return this.wanted;
  }

  get waiting() {
    return this.wanted && !this.sound.flows;
  }

  get loaded() {
    return this.track !== null && this.deck.loaded === this.track.id;
  }

  get position() {
    return this.loaded ? this.sound.position || this.startAt : this.startAt;
  }

  get duration() {
    return (this.loaded && this.sound.duration) || (this.track?.duration_ms ?? 0);
  }

  // Milliseconds of the track up to which it sounds without the network.
  get buffered() {
    return this.loaded ? Math.min(this.duration, this.position + this.sound.ahead) : 0;
  }

  // What sounds by itself behind the current track, or null.
  get upcoming() {
    return this.sleep.afterSong ? null : this.queue.upcoming;
  }

  // Play a list from one of its tracks on; from anywhere, when shuffled, for index null.
  playList(tracks, index, { from = "", positionMs = 0, shuffle = false } = {}) {
    this.#press();
    this.#leaveTrack();
    this.queue.shuffled ||= shuffle;
    this.queue.set(tracks, index, from);
    return this.deck.begin(positionMs);
  }

  // `acted` is false where nobody pressed: the sound goes on by itself.
  play({ acted = true } = {}) {
    if (!this.track || this.wanted) return undefined;
    if (this.elsewhere) return acted ? this.take() : undefined;
    if (acted) this.#press();
    if (this.sleep.due) this.sleep.off();
    this.sound.loudness.sleep = this.sleep.share;
    return this.loaded ? this.deck.resume() : this.deck.begin(this.startAt);
  }

  pause() {
    if (!this.wanted) return;
    this.progress.act();
    this.silence();
    this.show();
  }

  // Fall silent, and say where, without a word on who has the player.
  silence() {
    this.wanted = false;
    this.sound.pause();
    if (this.loaded) this.note("paused");
    this.changed();
  }

  toggle() {
    return this.wanted ? this.pause() : this.play();
  }

  next() {
    return this.#go(() => this.queue.step(1), { onward: true });
  }

  previous() {
    if (this.position > AGAIN || this.queue.index === 0) return this.seek(0);
    return this.#go(() => this.queue.step(-1));
  }

  jump(index) {
    return this.#go(() => this.queue.jump(index));
  }

  seek(ms) {
    if (!this.track || this.elsewhere?.playing) return;
    this.progress.act();
    const to = Math.max(0, Math.min(ms, this.duration));
    if (this.wanted && performance.now() - this.told > SHORT) this.note("playing"); // what was heard up to here
    if (this.loaded) this.sound.position = to;
    this.startAt = to;
    if (!this.wanted) this.note("paused", to);
    this.show(to);
    this.dispatchEvent(new Event("time"));
  }

  // Change what comes next by a function of the queue; say whether it changed anything.
  edit(change) {
    if (change(this.queue) === false) return false;
    if (!this.elsewhere?.playing) this.progress.act();
    this.show();
    this.changed();
    return true;
  }

  // Stand where the listener was, silently.
  restore({ positionMs = 0, ...queue }) {
    this.queue.load(queue);
    this.startAt = positionMs;
    this.changed();
    this.dispatchEvent(new Event("time"));
  }

  // Stand where the sound of another device is.
  follow(positionMs) {
    this.startAt = positionMs;
    this.dispatchEvent(new Event("time"));
  }

  // The page goes away, and the sound with it: say where it was.
  leave() {
    this.deck.quality.end();
    if (this.wanted && this.progress.play?.seq > 0) this.note("paused");
    else if (this.track) this.memory.place(this.queue, this.position);
  }

  // No sound is wanted any more, without a press: keep the place, and let go of the address.
  halt(positionMs) {
    this.startAt = positionMs;
    this.wanted = false;
    this.deck.drop();
    this.changed();
    this.dispatchEvent(new Event("time"));
  }

  note(state, positionMs = this.position) {
    this.told = performance.now();
    this.progress.note(state, positionMs);
    if (this.track) this.memory.place(this.queue, positionMs);
  }

  // Tell the server what the player shows, and remember it here: a reload starts from here without asking anyone.
  show(positionMs = this.position) {
    if (!this.track) return;
    this.memory.queue(this.queue, positionMs);
    if (this.elsewhere?.playing && !this.wanted) return; // it is told once this page plays
    const { ids: queue, index } = this.queue;
    this.progress.show({ queue, index, positionMs, playing: this.wanted });
    if (this.wanted) this.note("playing", positionMs);
  }

  changed() {
    this.deck.plan();
    this.dispatchEvent(new Event("change"));
  }

  #press() {
    this.progress.act();
    this.deck.quality.press();
  }

  #go(move, how) {
    this.#press();
    this.#leaveTrack();
    return move() ? this.deck.begin(0, how) : undefined;
  }

  #leaveTrack() {
    if (this.wanted && this.loaded && !this.sound.over) this.note("paused");
  }

  #listen() {
    const { sound } = this;
    sound.addEventListener("playing", () => {
      this.deck.sounds();
      if (performance.now() - this.told > SHORT && this.progress.play?.seq > 0) this.note("playing");
      this.changed();
    });
    sound.addEventListener("waiting", () => this.changed());
    sound.addEventListener("loadedmetadata", () => this.dispatchEvent(new Event("time")));
    sound.addEventListener("timeupdate", () => this.loaded && this.#tick());
    sound.addEventListener("ended", () => this.#end());
    sound.addEventListener("next", ({ detail }) => this.#goOn(detail.durationMs));
    sound.addEventListener("error", () => this.loaded && sound.src && this.deck.broken());
    sound.addEventListener("pause", () => {
      if (!this.wanted || !this.loaded || sound.over || sound.failed) return;
      // headphones pulled out, a call, another app: the listener did not press, but it is paused
      this.wanted = false;
      this.note("paused");
      this.changed();
    });
  }

  #tick() {
    this.dispatchEvent(new Event("time"));
    this.deck.plan();
    this.sound.loudness.sleep = this.sleep.share;
    if (this.wanted && this.sleep.due) {
      this.silence();
      this.sleep.off();
      this.sound.loudness.sleep = 1;
      this.changed();
    } else if (this.wanted && this.progress.stale(this.told)) this.note("playing");
    else this.memory.place(this.queue, this.position);
  }

  // The sound has gone on to what comes next.
  #goOn(durationMs) {
    this.note("ended", durationMs);
    this.queue.end();
    this.deck.joined();
  }

  #end() {
    this.note("ended", this.duration);
    if (this.sleep.afterSong) {
      this.sleep.off();
      this.queue.step(1); // a press of play goes on there
      this.halt(0);
      this.progress.begin(this.track.id);
      this.show(0);
    } else if (this.queue.end()) this.deck.begin(0, { onward: true });
    else this.halt(0);
  }
}
