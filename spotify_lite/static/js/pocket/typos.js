// Misspelt words: what a word and its misspelling share, and the letters between them. Pure.
// A port of catalog/search/typos.py. It files no misspellings: it walks all terms, which a device has in its memory.

const SHORTEST = 4; // letters; shorter words are too near to each other, but one of them may have lost its fourth
const LONG = 8; // letters from which two may be wrong
const PREFIX = 10; // letters that are looked at
export const MUCH_MORE = [20, 4]; // steps of popularity and times the tracks, to mend a word that exists
const SHORTEST_SOUND = 3; // consonants
const SOUNDS = [
  [/c(?=[eiy])/g, "s"],
  [/t?sch|tsh|tch|sh|ch|[sz]/g, "s"],
  [/ph/g, "f"],
  [/qu/g, "kv"],
  [/x/g, "ks"],
  [/c|q/g, "k"],
  [/w/g, "v"],
  [/^[aeiouyj]/, "A"],
  [/[aeiouyjh]/g, ""],
  [/(.)\1+/g, "$1"],
];
const DIGITS = /^\p{Nd}+$/u;
const LETTERS = /^[a-z]+$/i;

// Tell whether a typed word is worth a look.
export function mendable(word) {
  return word.length >= SHORTEST - 1 && !DIGITS.test(word);
}

// Tell whether a word that exists may still be a misspelt one.
export function doubtful(known) {
  return known !== undefined && known.bucket >= MUCH_MORE[0];
}

// Return the consonants of a Latin word as they are heard, roughly, in whatever language.
export function sound(word) {
  return SOUNDS.reduce((heard, [pattern, put]) => heard.replace(pattern, put), word);
}

// Return how far a term may be from a word: {allowed, farthest letters, heard, keys}.
export function reach(word, foreign = false) {
  const allowed = allowedOf(word, foreign);
  const heard = foreign || word.length >= LONG ? sound(word) : "";
  const farthest = heard ? Math.max(allowed, Math.floor((word.length + 1) / 3)) : allowed;
  const filed = LETTERS.test(word) ? sound(word) : "";
  const keys = deletions(word.slice(0, PREFIX), allowed);
  return { allowed, farthest, heard, keys, filed: filed.length >= SHORTEST_SOUND ? filed : "" };
}

// Tell whether a word with this reach would find a term where it is filed.
export function meets({ keys, filed }, term) {
  if (term.length < SHORTEST || DIGITS.test(term) || term.startsWith("^")) return false;
  const start = term.slice(0, PREFIX);
  if (keys.has(start)) return true;
  for (let place = 0; place < start.length; place++) {
    if (keys.has(start.slice(0, place) + start.slice(place + 1))) return true;
  }
  return Boolean(filed) && LETTERS.test(term) && sound(term) === filed;
}

function allowedOf(word, foreign) {
  return word.length >= LONG || (foreign && word.length > SHORTEST) ? 2 : 1;
}

function deletions(start, letters) {
  const found = new Set([start]);
  let last = [start];
  for (let count = 0; count < letters; count++) {
    last = last.flatMap((word) => [...word].map((_, place) => word.slice(0, place) + word.slice(place + 1)));
    for (const word of last) found.add(word);
  }
  return found;
}

// Return at most `most` corrections of a word, the best first; `similar` is [{term, letters, tracks, bucket}].
export function choose(word, known, similar, { most, foreign = false }) {
  const { allowed, heard } = reach(word, foreign);
  const found = [];
  for (const { term, letters, tracks, bucket } of similar) {
    if (letters === 0 || (letters > allowed && sound(term) !== heard)) continue;
    if (known && (known.bucket - bucket < MUCH_MORE[0] || tracks < MUCH_MORE[1] * known.tracks)) continue;
    const replaced = term.length === word.length && sorted(term) !== sorted(word);
    found.push({ word: term, distance: Math.min(letters, 2), replaced, bucket, tracks });
  }
  found.sort(
    (one, other) =>
      one.distance - other.distance ||
      one.replaced - other.replaced ||
      one.bucket - other.bucket ||
      other.tracks - one.tracks ||
      (one.word < other.word ? -1 : 1),
  );
  return found.slice(0, most);
}

// Return the ways to part a word into two or three known ones, those first whose rarest word is the commonest.
export function parted(word, known, most) {
  const cuts = [];
  for (let cut = 2; cut < word.length - 1; cut++) cuts.push(cut);
  const ways = [...cuts.map((cut) => [cut]), ...cuts.flatMap((one, at) => cuts.slice(at + 1).map((two) => [one, two]))];
  const found = [];
  for (const way of ways) {
    const parts = [0, ...way].map((start, place) => word.slice(start, way[place] ?? word.length));
    const tracks = parts.map((part) => (part.length > 1 ? known(part)?.tracks : undefined));
    if (tracks.every((count) => count !== undefined)) {
      found.push({
        word: parts.join(" "),
        distance: 1,
        replaced: false,
        parts: parts.length,
        least: Math.min(...tracks),
      });
    }
  }
  found.sort((one, other) => one.parts - other.parts || other.least - one.least || (one.word < other.word ? -1 : 1));
  return found.slice(0, most);
}

const LONGEST = 64; // letters of a word
const rows = [0, 1, 2].map(() => new Uint8Array(LONGEST + 2)); // of the table, filled again and again

// Return the letters between two words (optimal string alignment), or more than `most`.
export function distance(one, other, most) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (long.length - short.length > most || long.length > LONGEST) return most + 1;
  let [before, last, row] = rows;
  for (let j = 0; j <= short.length; j++) last[j] = j;
  for (let i = 1; i <= long.length; i++) {
    const letter = long.charCodeAt(i - 1);
    const from = Math.max(1, i - most); // further from the diagonal it is more than `most` anyway
    const to = Math.min(short.length, i + most);
    let least = (row[from - 1] = from > 1 ? most + 1 : i);
    if (to < short.length) row[to + 1] = most + 1;
    for (let j = from; j <= to; j++) {
      const same = letter === short.charCodeAt(j - 1);
      let cost = last[j - 1] + (same ? 0 : 1);
      if (last[j] < cost) cost = last[j] + 1;
      if (row[j - 1] < cost) cost = row[j - 1] + 1;
      const swapped = i > 1 && j > 1 && letter === short.charCodeAt(j - 2);
      if (swapped && long.charCodeAt(i - 2) === short.charCodeAt(j - 1)) cost = Math.min(cost, before[j - 2] + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most + 1) return most + 1;
    [before, last, row] = [last, row, before];
  }
  return last[short.length];
}

function sorted(word) {
  return [...word].sort().join("");
}
