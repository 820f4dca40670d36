// Which songs make room. Pure.

const WEEK = 7 * 24 * 3600 * 1000; // milliseconds

export const BUDGETS = [0, 250e6, 1e9, 4e9]; // bytes that a listener may give to what plays often
export const USUAL = 1e9;
const SHARE = 0.6; // of what the browser would give us: the rest is left for pages, covers, and others

// Return how many bytes songs may take that nobody asked to keep. `quota` is null where the browser does not say.
export function room({ budget, quota, pinned }) {
  return Math.max(0, Math.min(budget, quota === null ? Infinity : quota * SHARE - pinned));
}

// Return the rows that go so that the others take no more than `room` bytes: those first that were heard longest ago,
// each time that a song was heard twice as often counting for a week. What is pinned or plays is no part of this.
export function chosen(rows, { room: most, spared = new Set() }) {
  const loose = rows.filter(({ id }) => !spared.has(id)).sort((one, other) => worth(one) - worth(other));
  let bytes = loose.reduce((sum, row) => sum + row.bytes, 0);
  const going = [];
  for (const row of loose) {
    if (bytes <= most) break;
    going.push(row);
    bytes -= row.bytes;
  }
  return going;
}

function worth({ at, plays }) {
  return at + WEEK * Math.log2(Math.max(1, plays));
}
