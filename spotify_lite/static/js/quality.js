// How well a play is heard: when its first sound came, where that was from, how often and how long it stalled. Told once
// a play, when it ends or is left; what ends before somebody listens waits for them.

import { originOf } from "./sources.js";

const MOST = 50; // plays that wait for somebody who listens

export class Quality {
  constructor({ sound, wanted }) {
    Object.assign(this, { sound, wanted });
    this.tell = null; // who listens
    this.untold = [];
    this.play = null;
    this.pressed = null; // performance.now() of the press that began the play that is to come
    sound.addEventListener("playing", () => this.#flows());
    sound.addEventListener("timeupdate", () => this.#moves());
    sound.addEventListener("waiting", () => this.#waits());
    sound.addEventListener("seeking", () => this.play && (this.play.sought = true));
  }

  // `tell` gets {play_id, track_id, first_audio_ms, source, stalls, stall_ms, error, bitrate, bytes, url} of each play.
  listen(tell) {
    this.tell = tell;
    for (const play of this.untold.splice(0)) tell(play);
  }

  // The listener has pressed something that makes sound.
  press() {
    this.pressed = performance.now();
  }

  begin({ playId, track, supply }) {
    this.end();
    const { pressed } = this;
    this.pressed = null;
    this.play = { playId, track, supply, pressed, from: null, first: null, stalls: 0, stalled: 0, since: null };
  }

  // The play is over; `error` is a word for why it ended before it should.
  end(error = null) {
    const { play } = this;
    this.play = null;
    if (!play || (play.first === null && play.sounded !== true && !error)) return; // left before it could sound
    this.#resume(play);
    const { supply, track } = play;
    const url = supply.from ?? play.src ?? track.audio_url ?? null;
    const [{ bitrate = null } = {}] = supply.renditions.filter(({ head }) => head).slice(-1);
    const told = {
      play_id: play.playId,
      track_id: track.id,
      first_audio_ms: play.first,
      source: supply.kept ? "device" : sourceOf(url),
      stalls: play.stalls,
      stall_ms: Math.round(play.stalled),
      error,
      bitrate: bitrate ?? supply.renditions[0]?.bitrate ?? null,
      bytes: supply.came,
      url,
    };
    if (this.tell) this.tell(told);
    else this.untold = [...this.untold, told].slice(-MOST);
  }

  // A sound that has been heard to move began when the element said that it plays.
  #flows() {
    const { play } = this;
    if (!play) return;
    play.flowed ??= performance.now();
    play.sought = false;
    this.#resume(play);
  }

  #moves() {
    const { play, sound } = this;
    if (!play || !this.wanted()) return;
    const { position } = sound;
    play.from ??= position;
    if (!play.sounded && (play.flowed || position > play.from)) {
      play.sounded = true;
      play.src = sound.streams ? null : sound.src;
      if (play.pressed !== null) play.first = Math.round((play.flowed ?? performance.now()) - play.pressed);
    }
    if (play.since !== null && position > play.at) this.#resume(play);
  }

  #waits() {
    const { play, sound } = this;
    if (!play?.sounded || play.sought || play.since !== null || sound.over || !this.wanted()) return;
    Object.assign(play, { since: performance.now(), at: sound.position, stalls: play.stalls + 1 });
  }

  #resume(play) {
    if (play.since === null) return;
    play.stalled += performance.now() - play.since;
    play.since = null;
  }
}

function sourceOf(url) {
  return (originOf(url) ?? location.origin) === location.origin ? "web" : "edge";
}
