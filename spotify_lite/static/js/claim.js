// What this tab has told of the player, and whether what stands on the server is of this tab, of another tab of the
// browser, or of another device. Two tabs are two devices: each has a claim of its own, and survives its reload. Pure.

import { newer } from "./outbox.js";

const FRESH = 45_000; // milliseconds; a device that plays tells its position every ten seconds
const PLAYS = 20; // of this tab that are remembered: answers that are late name one of them

export class Claim {
  // `tab` and `browser` keep a value for as long as the tab and the browser are there: {load, save}.
  constructor({ tab, browser }) {
    Object.assign(this, { tab, browser });
    const { plays = [], newest = null, acted = 0, whose = null } = tab.load() ?? {};
    Object.assign(this, { plays, newest, acted, whose }); // acted: server time of the last press in this tab
  }

  // The listener, or a guest for null, has pressed something: what is older does not silence what comes of it.
  act(now, whose) {
    Object.assign(this, { acted: now, whose });
  }

  // Remember a state that this tab tells of.
  make({ at, play_id, seq }, whose) {
    this.plays = [...this.plays.filter((id) => id !== play_id), play_id].slice(-PLAYS);
    Object.assign(this, { newest: { at, play_id, seq }, whose });
    const { plays, newest, acted } = this;
    this.tab.save({ plays, newest, acted, whose });
    this.browser.save(play_id);
  }

  owns(stands) {
    return this.plays.includes(stands.play_id);
  }

  // Return {playing, device, tab} of who has the player by the state that stands, or null: this tab, or nobody.
  elsewhere(stands, { now, whose }) {
    this.#arrive(now);
    if (!stands?.play_id || !stands.queue.length || this.owns(stands)) return null;
    const mine = this.whose === whose || this.whose === null;
    if (mine && (Date.parse(stands.at) < this.acted || (this.newest && !newer(stands, this.newest)))) return null;
    const playing = sounds(stands, now);
    const tab = this.browser.load() === stands.play_id;
    if (tab && !playing) return null; // a tab that may be closed: there is nobody to name
    return { playing, device: stands.device, tab };
  }

  // Put what is ahead of its time to now, as the outbox does: a clock that was wrong claims no future.
  #arrive(now) {
    this.acted = Math.min(this.acted, now);
    if (this.newest && Date.parse(this.newest.at) > now) this.newest.at = new Date(now).toISOString();
  }
}

// Say whether a device plays still: one that was cut off tells nothing more.
export function sounds({ playing, updated_at: at }, now) {
  return playing && now - Date.parse(at) < FRESH;
}

// Return where the sound of a state is now, milliseconds into its track.
export function position({ playing, position_ms: told, updated_at: at }, now) {
  return playing ? told + Math.max(0, now - Date.parse(at)) : told;
}
