// When to try again: later each time, not before the server's Retry-After, and not everybody at once. Pure.

const WAIT = [2_000, 5_000, 15_000, 60_000]; // milliseconds
const LONGEST = 600_000; // milliseconds; a Retry-After that says more is not believed

// Return milliseconds; `after` is what the server asked for, null where it asked for nothing.
export function wait({ failures, after = null, random = Math.random }) {
  const least = after === null ? WAIT[Math.min(failures, WAIT.length - 1)] : Math.min(after, LONGEST);
  return Math.round(least * (1 + random() / 2));
}

// Return the milliseconds of a Retry-After (RFC 9110, section 10.2.3): seconds, or a date; null for anything else.
export function after(header, now = Date.now()) {
  if (!header) return null;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
