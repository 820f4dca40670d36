// How good it sounds: what the listener chose, and which rendition the next piece of a song is taken from.

import * as switches from "./switches.js";

const AUTOMATIC = "automatic";

// Return choose(renditions, {now, ahead}) for a link.
export function chooser(link) {
  return (renditions, { now, ahead }) => {
    const [first] = renditions;
    const alike = renditions.filter(({ mime, bitrate, unfit }) => mime === first.mime && bitrate && !unfit);
    if (alike.length < 2) return first;
    alike.sort((one, other) => one.bitrate - other.bitrate);
    const rates = alike.map(({ bitrate }) => bitrate);
    const mode = chosen();
    const current = nearest(rates, (now ?? first).bitrate ?? 0);
    const rate = link.choose(rates, { now: current, ahead, mode });
    return alike.find(({ bitrate }) => bitrate === rate) ?? first;
  };
}

function nearest(rates, wanted) {
  const far = (rate) => Math.abs(rate - wanted);
  return rates.reduce((best, rate) => (far(rate) < far(best) ? rate : best));
}

function chosen() {
  const mode = switches.chosen("quality", AUTOMATIC);
  return mode === AUTOMATIC && navigator.connection?.saveData ? "save" : mode;
}
