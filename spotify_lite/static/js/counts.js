// Where plays of this device came from, and how many bytes: {device, edge, web}, each {plays, bytes}.

import * as store from "./store.js";

const KEY = "counts";
const SOURCES = ["device", "edge", "web"];

export function load() {
  const known = store.load(KEY, {});
  return Object.fromEntries(SOURCES.map((source) => [source, { plays: 0, bytes: 0, ...known[source] }]));
}

export function start({ player }) {
  player.addEventListener("quality", ({ detail }) => {
    const { source, first_audio_ms: sounded, error, bytes } = detail;
    if (!SOURCES.includes(source) || (error && sounded === null)) return; // what never sounded came from nowhere
    const counts = load();
    counts[source].plays += 1;
    counts[source].bytes += bytes ?? player.track?.audio?.bytes ?? 0;
    store.save(KEY, counts);
  });
}

export function forget() {
  store.save(KEY, null);
}
