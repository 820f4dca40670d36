// The shape of an index: flat arrays, which are stored as they are and need no reading. Pure.

export const NONE = 0xffffffff; // no such row or text
export const [MAIN, GUEST, MAKER] = [0, 1, 2]; // what somebody did on a song, in the lowest bits of `people`
export const RELEASES = ["album", "ep", "single", "compilation"];

// Lists of numbers of different lengths, one after another.
export class Lists {
  constructor(count) {
    this.ends = new Uint32Array(count + 1);
    this.of = new Uint32Array(Math.max(16, 2 * count));
    this.count = 0;
    this.length = 0;
  }

  add(number) {
    if (this.length === this.of.length) {
      const more = new Uint32Array(2 * this.length);
      more.set(this.of);
      this.of = more;
    }
    this.of[this.length++] = number;
  }

  // The list that was added to ends here.
  end() {
    this.ends[++this.count] = this.length;
  }

  done() {
    return { ends: this.ends, of: this.of.slice(0, this.length) };
  }
}

export function list({ ends, of }, place) {
  return of.subarray(ends[place], ends[place + 1]);
}

// Return the 32 bits that a name's key is found by (FNV-1a). Two names that share them are told apart by ranking.
export function hash(key) {
  let bits = 0x811c9dc5;
  for (let place = 0; place < key.length; place++) bits = Math.imul(bits ^ key.charCodeAt(place), 0x01000193);
  return bits >>> 0;
}

// Return the place of the first number that is not below a wanted one.
export function lowerBound(numbers, wanted) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
