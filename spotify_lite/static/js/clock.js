// Server time on this device, and how times are said. Pure.

import { gettext, ngettext, say } from "./words.js";

export class Clock {
  constructor(now = Date.now) {
    this.now = now;
    this.offset = 0; // milliseconds from this device's clock to the server's
    this.error = Infinity; // half of the round trip that taught it
  }

  // Learn from an answer's server_time; the quickest round trip is the most exact one.
  learn(serverTime, sentAt, receivedAt) {
    const error = (receivedAt - sentAt) / 2;
    const server = Date.parse(serverTime);
    if (Number.isNaN(server) || error > this.error) return;
    this.error = error;
    this.offset = server - (sentAt + receivedAt) / 2;
  }

  serverNow() {
    return Math.round(this.now() + this.offset);
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
  const [m, s] = [Math.floor(whole / 60), whole % 60];
  const parts = [
    ...(m ? [say(ngettext("%(count)s minute", "%(count)s minutes", m), { count: m })] : []),
    ...(s || !m ? [say(ngettext("%(count)s second", "%(count)s seconds", s), { count: s })] : []),
  ];
  return parts.join(" ");
}
