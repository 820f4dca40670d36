// How the last plays on this device went: how long until they sounded, and where they stood still.

import * as store from "./store.js";

const KEY = "plays";
const MOST = 100; // plays; without a word on what was played

export function start({ player }) {
  player.addEventListener("quality", ({ detail }) => {
    const { source, first_audio_ms: first, stalls = 0, stall_ms: stalled = 0, bitrate = null, error = null } = detail;
    const whole = (ms) => (ms === null || ms === undefined ? null : Math.round(ms));
    const play = { source, first: whole(first), stalls, stalled: whole(stalled), bitrate, error };
    store.save(KEY, [...load(), play].slice(-MOST));
  });
}

export function load() {
  return store.load(KEY, []);
}

// Return {plays, pressed, median, slow, stalled, stalls, stillMs, errors} of these plays: the times, in milliseconds, of
// those that were pressed and sounded; null where there was none.
export function summary(plays) {
  const times = plays.map(({ first }) => first).filter((first) => first !== null);
  times.sort((one, other) => one - other);
  const sum = (of) => plays.reduce((total, play) => total + of(play), 0);
  return {
    plays: plays.length,
    pressed: times.length,
    median: at(times, 0.5),
    slow: at(times, 0.95),
    stalled: plays.filter(({ stalls }) => stalls > 0).length,
    stalls: sum(({ stalls }) => stalls),
    stillMs: sum(({ stalled }) => stalled ?? 0),
    errors: plays.filter(({ error }) => error).length,
  };
}

// Return the value below which this share of them lies (the nearest rank), or null.
function at(sorted, share) {
  return sorted.length ? sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] : null;
}
