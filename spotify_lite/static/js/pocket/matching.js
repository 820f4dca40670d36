// How well a document meets each word of a query, and how the query would be spelt to mean that document. Pure.
// A port of catalog/search/matching.py.

import * as analyser from "./analyser.js";
import * as asking from "./asking.js";
import * as numerals from "./numerals.js";
import { distance } from "./typos.js";

const IN_ALBUM = 0.45; // of the same match in the title or a name
const MISSING = -0.6;
const OTHER_SPELLING = 0.95; // acdc for AC/DC
const STOP_WORD = 0.25; // the weight of a stop word beside others
const CORRECTED = [0.95, 0.85, 0.7]; // by the number of letters mended
const REPLACED = 0.04; // less, where a letter was another
const COUNTS_ELSE = 0.4; // symphony 5 for Symphony No. 3, Op. 5
const NEARLY = 0.5; // two slips from a word of the document, where other words found it
const SHORTEST_SLIPPED = 4; // letters of a word with two slips
const BEGUN = [0.72, 0.2]; // of a word that is still in the typing, and times the part of it that is there
const IN_A_RUN = 0.8; // a part of a run of Han or kana, which is many words

// One query and what is worked out once for all of its candidates.
export class Matcher {
  constructor(query, corrections) {
    const { words } = query;
    const needed = new Set(query.required);
    this.query = query;
    this.required = words.filter((word) => needed.has(word)).length;
    this.last = query.exact.has(words.at(-1)) ? -1 : words.length - 1; // which may still be in the typing
    this.mended = new Map(words.map((word) => [word, others(query, corrections, word).map(mended)]));
    this.padded = words.map((word) => ` ${word} `);
    this.optional = words.map((word) => !needed.has(word));
    this.weights = this.optional.map((optional) => (optional ? STOP_WORD : 1));
    this.weight = this.weights.reduce((sum, weight) => sum + weight, 0) || 1;
    this.slipped = words.map((word) => word.length >= SHORTEST_SLIPPED && this.required > 1);
    this.counted = new Map(numerals.counted(words));
    this.queries = new Map([[words.join(" "), query]]);
    const meant = [...this.mended.values()].flatMap((some) => some.flatMap((one) => one.meant.split(" ")));
    const letters = new Set([...words, ...meant]);
    this.letters = [...letters].some(analyser.isAscii) ? letters : new Set(); // nothing to be spelt in Latin
  }

  // Return {mean, found, exact}: the match of the words, how many that must be found were, whether all stand as typed.
  meet(seen) {
    let total = 0;
    let found = 0;
    let exact = true;
    this.query.words.forEach((word, place) => {
      let match = 1;
      if (!seen.near.includes(this.padded[place])) {
        exact = false;
        match = this.#match(word, seen, place);
      }
      if (match && this.counted.has(place) && !seen.counts(this.counted.get(place))) match *= COUNTS_ELSE;
      if (match) found += this.optional[place] ? 0 : 1;
      else match = this.slipped[place] && nearly(word, seen) ? NEARLY : MISSING;
      total += this.weights[place] * match;
    });
    return { mean: total / this.weight, found, exact };
  }

  // Return how well a word is met that no name has: 1 as another spelling would be, 0 not at all.
  #match(word, seen, place) {
    const padded = this.padded[place];
    const last = place === this.last;
    const inAlbum = seen.album.includes(padded);
    if (!inAlbum && seen.tokens.includes(padded)) return OTHER_SPELLING;
    if (word.length >= analyser.SHORTEST_NAME && seen.hasKey(word)) return OTHER_SPELLING;
    let match = inAlbum ? IN_ALBUM : 0;
    for (const { words, worth } of this.mended.get(word)) {
      if (worth <= match) continue;
      if (seen.has(words)) match = worth;
      else if (worth * IN_ALBUM > match && seen.hasInAlbum(words)) match = worth * IN_ALBUM;
    }
    if (last || !analyser.isAscii(word)) {
      match = Math.max(match, begun(word, seen.near, last), begun(word, seen.album, last) * IN_ALBUM);
      if (!match && last && seen.tokens.includes(padded.slice(0, -1))) match = BEGUN[0] * OTHER_SPELLING;
    }
    return match;
  }

  // Return the query as it would have to be spelt to mean this document.
  meant(seen) {
    const words = [];
    this.meanings(seen).forEach((meaning, place) => {
      for (const one of meaning.split(" ")) {
        if (!words.length || words.at(-1) !== one || one === this.query.words[place]) words.push(one);
      }
    });
    const key = words.join(" ");
    if (!this.queries.has(key)) this.queries.set(key, asking.ofWords(words));
    return this.queries.get(key);
  }

  // Return what each word means, if it means this document; of words that are parts of one, each that one.
  meanings(seen) {
    return this.query.words.map((word, place) => {
      const padded = this.padded[place];
      const stands =
        seen.near.includes(padded) ||
        seen.tokens.includes(padded) ||
        (place === this.last && seen.near.includes(padded.slice(0, -1)));
      return stands ? word : (this.mended.get(word).find((one) => seen.has(one.words))?.meant ?? word);
    });
  }
}

function others(query, corrections, word) {
  const number = query.numbers.get(word);
  return [...(number ? [{ word: number, distance: 0, replaced: false }] : []), ...(corrections.get(word) ?? [])];
}

function mended({ word, distance: letters, replaced }) {
  const words = word.split(" ").map((one) => ` ${one} `);
  return { words, meant: word, worth: CORRECTED[letters] - (replaced ? REPLACED : 0) };
}

// Return how much of a word is typed; Han and kana, which know no spaces, are met anywhere in a run.
function begun(word, names, last) {
  if (!analyser.isAscii(word) && analyser.isRun(word)) return names.includes(word) ? IN_A_RUN : 0;
  let start = last ? names.indexOf(` ${word}`) : -1;
  let shortest = 0;
  while (start >= 0) {
    const end = names.indexOf(" ", start + 1);
    const length = end - start - 1;
    shortest = Math.min(shortest || length, length);
    start = names.indexOf(` ${word}`, end);
  }
  return shortest ? BEGUN[0] + (BEGUN[1] * word.length) / shortest : 0;
}

// Tell whether a word may be one of the document's with two slips in it.
function nearly(word, seen) {
  let least = 3;
  let nearest = "";
  for (const other of seen.near.split(/\s+/)) {
    const letters = other ? distance(word, other, 2) : 3;
    if (letters < least) [least, nearest] = [letters, other];
  }
  return least <= 2 && 2 * least <= nearest.length;
}
