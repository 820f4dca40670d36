// Which places of a long list have rows just now: those in sight and some on both sides. Pure.

const BESIDE = 24; // rows on each side of what is in sight: the Tab key and a flick find them there
const NEAR = 8; // rows that are left on a side before others are put in
export const MOST = 160; // rows of a list in the page at once

// Return {first, last} of the places between `top` and `bottom`, in pixels of the list; `last` is one behind.
export function seen({ top, bottom, size, count }) {
  const first = Math.max(0, Math.min(Math.floor(top / size), count));
  return { first, last: Math.max(first, Math.min(Math.ceil(bottom / size), count, first + MOST)) };
}

// Return the places that should have rows: as they are, where enough of them are left on both sides of what is seen.
export function around(now, { first, last }, count) {
  const near = now && now.first <= Math.max(0, first - NEAR) && now.last >= Math.min(count, last + NEAR);
  if (near && now.last <= count) return now;
  const beside = Math.min(BESIDE, Math.floor((MOST - (last - first)) / 2));
  return { first: Math.max(0, first - beside), last: Math.min(count, last + beside) };
}

// Return the place that a key leads to from another one, or null for a key that leads nowhere.
export function step(key, at, { count, page }) {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: count - 1 }[
    key
  ];
  return to === undefined ? null : Math.max(0, Math.min(to, count - 1));
}
