// Server time on this device, and how times are said. Pure.

import { gettext, ngettext, say } from "./words.js";

const DRIFT = 1e-4; // what two clocks part in a millisecond, at the most
const JUMP = 2_000; // milliseconds by which the device's clock and its stopwatch do not part by themselves

export class Clock {
  // `now` is the device's clock, which people and time servers set; `watch` only runs on, but may stop in its sleep.
  constructor({ now = Date.now, watch = () => performance.now(), load = () => null, save = () => {} } = {}) {
    Object.assign(this, { now, watch, save });
    const known = load();
    this.offset = known?.offset ?? 0; // milliseconds from this device's clock to the server's
    this.error = Infinity; // half of the round trip that taught it; what an earlier page learnt is worth little
    this.learnt = now();
    this.doubtful = false; // the device's clock has jumped since, and nobody has told which is right
    this.#read();
  }

  // Learn from an answer's server_time that took so long to come; the quickest round trip is the most exact one.
  learn(serverTime, took) {
    const server = Date.parse(serverTime);
    if (Number.isNaN(server)) return;
    const now = this.#read();
    const [error, offset] = [took / 2, server + took / 2 - now];
    const known = this.error + Math.abs(now - this.learnt) * DRIFT;
    if (!this.doubtful && error > known && Math.abs(offset - this.offset) <= error + known) return;
    Object.assign(this, { error, offset, learnt: now, doubtful: false });
    this.save({ offset });
  }

  serverNow() {
    return Math.round(this.#read() + this.offset);
  }

  // A clock that is set back is followed no further: the stopwatch tells how late it is. One that is ahead may have
  // slept, and is believed until the server says otherwise.
  #read() {
    const [now, watch] = [this.now(), this.watch()];
    const ahead = this.last ? now - this.last.now - (watch - this.last.watch) : 0;
    if (ahead < -JUMP) {
      this.offset -= ahead;
      this.learnt += ahead;
      this.save({ offset: this.offset });
    }
    if (Math.abs(ahead) > JUMP) this.doubtful = true;
    this.last = { now, watch };
    return now;
  }
}

// 3:05, or 1:02:07 from an hour on.
export function clock(ms) {
  const seconds = Math.max(0, Math.floor((ms || 0) / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(s).padStart(2, "0")}`;
  return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

// 2:14 left, 31 min left, 1 h 12 min left.
export function left(ms) {
  const time = Math.round(ms / 60000) < 10 ? clock(ms) : minutes(ms);
  return say(gettext("%(time)s left"), { time });
}

// 54 min, or 1 h 12 min.
export function minutes(ms) {
  const whole = Math.max(1, Math.round(ms / 60000));
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  return hours
    ? say(gettext("%(hours)s h %(minutes)s min"), { hours, minutes: rest })
    : say(gettext("%(minutes)s min"), { minutes: rest });
}

// A length for a screen reader: 1 minute 36 seconds.
export function spoken(ms) {
  const whole = Math.floor((ms || 0) / 1000);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const parts = [
    ...(h ? [say(ngettext("%(count)s hour", "%(count)s hours", h), { count: h })] : []),
    ...(m ? [say(ngettext("%(count)s minute", "%(count)s minutes", m), { count: m })] : []),
    ...(s || !(m || h) ? [say(ngettext("%(count)s second", "%(count)s seconds", s), { count: s })] : []),
  ];
  return parts.join(" ");
}
