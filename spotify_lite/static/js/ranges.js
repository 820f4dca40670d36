// What of an element's sound is in its buffer.

const EDGE = 0.05; // seconds by which ranges may be short of what they hold

// Return the seconds that can sound from a place on without a gap.
export function ahead({ buffered, currentTime }, from = currentTime) {
  for (let place = 0; place < buffered.length; place += 1) {
    if (buffered.start(place) <= from + EDGE && buffered.end(place) > from) return buffered.end(place) - from;
  }
  return 0;
}

export function holds(element, seconds) {
  return ahead(element, seconds) > EDGE;
}
