// What the link carries, and which bitrate of a song is taken for it. Pure.
// Two averages of the time that a bit takes: the quick one sees a link that breaks down, the slow one does not trust a
// link that has just got better; the worse of both is believed.

const HALVES = [1_000, 3_000]; // milliseconds after which what was seen before counts half
const LEAST = 500; // milliseconds that one measurement counts at least: a good link needs little time for much
const UP = 0.7; // share of the link that a bitrate may take before it is taken
const STAY = 0.9; // share that it may take before it is left
const LOW = 10; // seconds of sound ahead: with less, no bitrate stays that the link would not be given now

export const BEST = "best";
export const SAVE = "save";

export class Link {
  constructor() {
    this.sums = HALVES.map(() => ({ value: 0, weight: 0 }));
  }

  // So many bytes came within so many milliseconds.
  add(bytes, ms) {
    const time = Math.max(1, ms) / (bytes * 8); // milliseconds a bit: seconds a kilobit
    HALVES.forEach((half, place) => {
      const kept = 0.5 ** (Math.max(LEAST, ms) / half);
      const sum = this.sums[place];
      sum.value = kept * sum.value + (1 - kept) * time;
      sum.weight = kept * sum.weight + (1 - kept);
    });
  }

  // kbit/s, or null while nothing is known.
  get rate() {
    if (!this.sums[0].weight) return null;
    return Math.min(...this.sums.map(({ value, weight }) => weight / value));
  }

  // Return which of the bitrates (kbit/s, rising) to take, having so many seconds ahead at the bitrate `now`.
  choose(rates, { now, ahead, mode = null }) {
    if (mode === BEST) return rates.at(-1);
    if (mode === SAVE) return rates[0];
    const { rate } = this;
    if (rate === null) return rates.includes(now) ? now : rates[0];
    const share = ahead < LOW ? UP : STAY;
    const fits = (kbps) => kbps <= rate * (kbps === now ? share : UP);
    return rates.findLast(fits) ?? rates[0];
  }
}
