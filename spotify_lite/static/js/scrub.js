// Seek with a finger: the further it is from the bar, the finer it seeks. Pure.

const FINER = [
  // pixels from the bar, and the share of the finger's way that counts there
  [150, 0.1],
  [90, 0.25],
  [40, 0.5],
  [0, 1],
];
const STILL = 8; // pixels before a finger moves
const UP = 24; // pixels off the bar at once: a scroll is meant, or a pull, and nothing is sought

export class Scrub {
  // Begin where the finger is, at a share of the bar.
  constructor({ x, y, share, width }) {
    Object.assign(this, { x, y, share, width });
    this.begun = { x, y };
    this.moved = false;
    this.fineness = 1;
  }

  // Follow the finger; `away` are pixels from the bar. Say whether it still seeks.
  move({ x, y, away }) {
    const [aside, off] = [Math.abs(x - this.begun.x), Math.abs(y - this.begun.y)];
    if (!this.moved && off > UP && off > 2 * aside) return false;
    this.moved ||= aside > STILL;
    this.fineness = FINER.find(([from]) => away >= from)[1];
    if (this.moved) this.share = Math.max(0, Math.min(1, this.share + ((x - this.x) / this.width) * this.fineness));
    this.x = x;
    return true;
  }
}
