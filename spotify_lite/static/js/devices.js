// Who has the player: this page, or another device of the listener's, which it then follows. It looks at what stands
// on the server while it plays or follows and somebody sees it, when it is seen again, and at its own writes.

import { position, sounds } from "./claim.js";
import * as retry from "./retry.js";

const PLAYING = 2_000; // milliseconds between two looks while this page plays
const FOLLOWING = 5_000; // while another device plays, and this page shows where it is
const MOVES = 500; // milliseconds between two places of a sound that is elsewhere
const PATIENCE = 1_500; // milliseconds that a press waits for the newest place

export class Devices {
  constructor({ player, api, progress, claim }) {
    Object.assign(this, { player, api, progress, claim });
    this.stands = null; // the state that stands, as it was seen last
    this.etag = null;
    this.shown = null; // the state whose queue the player stands in
    this.failures = 0;
    this.taking = false;
    player.take = () => this.take();
    player.addEventListener("change", () => this.#plan());
    progress.addEventListener("stands", ({ detail }) => this.#see(detail));
    progress.addEventListener("told", () => document.hidden && player.playing && this.look());
    addEventListener("visibilitychange", () => (document.hidden ? this.#plan() : this.look()));
    addEventListener("storage", ({ key }) => key === "claim" && this.look()); // another tab plays
    setInterval(() => this.#move(), MOVES);
  }

  // See what stands now; return it, or what stood last where the server is not reached.
  async look() {
    clearTimeout(this.timer);
    this.timer = null;
    try {
      const me = await this.api.who();
      if (!me.listener && !me.guest) return null;
      const { etag, answer } = await this.api.look("/me/playback", this.etag);
      this.etag = etag;
      this.failures = 0;
      await this.#see(answer ?? this.stands);
    } catch (problem) {
      this.failures += 1;
      this.later = retry.wait({ failures: this.failures, after: problem.after ?? null });
    }
    this.#plan();
    return this.stands;
  }

  // Play here what another device plays, from where it is now.
  async take() {
    if (this.taking) return;
    this.taking = true;
    const { player, progress, claim } = this;
    try {
      await Promise.race([this.look(), new Promise((done) => setTimeout(done, PATIENCE))]);
      if (player.playing || !player.track) return;
      // a place that was sought here since is of a later press than what stands there
      const there = this.shown && claim.elsewhere(this.stands, { now: this.#now(), whose: progress.listener });
      const at = there ? this.#place() : player.position;
      player.elsewhere = null;
      progress.act();
      await player.deck.begin(at);
    } finally {
      this.taking = false;
    }
  }

  // Stand where a state is, silently: its queue, unless the player stands in it already. Without its track it cannot.
  async adopt(stands) {
    const { player, api, shown } = this;
    const { queue, index } = stands;
    const same = shown?.play_id === stands.play_id && shown.index === index && String(shown.queue) === String(queue);
    if (same) return;
    const known = new Map(player.queue.tracks.map((track) => [track.id, track]));
    const tracks = queue.map((id) => known.get(id) ?? { id });
    if (!tracks[index].title) {
      this.shown = null;
      const track = await api.get(`/tracks/${queue[index]}`).catch(() => null);
      if (!track || player.playing) return;
      tracks[index] = track;
    }
    const { ids, from } = player.queue;
    this.shown = stands;
    player.deck.drop();
    player.restore({
      tracks,
      index,
      from: String(ids) === String(queue) ? from : "",
      positionMs: position(stands, this.#now()),
    });
  }

  async #see(stands) {
    const { player, claim, progress } = this;
    this.stands = stands;
    const before = JSON.stringify(player.elsewhere);
    const elsewhere = claim.elsewhere(stands, { now: this.#now(), whose: progress.listener });
    if (elsewhere && player.playing) player.silence();
    player.elsewhere = elsewhere;
    if (elsewhere) {
      await this.adopt(stands);
      if (this.shown && !player.playing) player.follow(this.#place());
    } else this.shown = null;
    if (JSON.stringify(player.elsewhere) !== before) player.changed();
  }

  #move() {
    if (this.shown && this.player.elsewhere?.playing && !document.hidden) this.player.follow(this.#place());
  }

  #place() {
    const { player, stands } = this;
    const told = sounds(stands, this.#now()) ? position(stands, this.#now()) : stands.position_ms;
    return Math.min(told, player.track?.duration_ms || told);
  }

  #plan() {
    const { player } = this;
    const every = player.playing ? PLAYING : player.elsewhere?.playing ? FOLLOWING : null;
    if (document.hidden || every === null) {
      clearTimeout(this.timer);
      this.timer = null;
    } else if (!this.timer || this.every !== every) {
      clearTimeout(this.timer);
      this.every = every;
      this.timer = setTimeout(() => this.look(), this.failures ? this.later : every);
    }
  }

  #now() {
    return this.api.clock.serverNow();
  }
}
