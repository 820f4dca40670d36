// What somebody typed into the search field, read: words, what they must stand in, and what stands beside another. Pure.
// A port of catalog/search/asking.py.

import * as analyser from "./analyser.js";
import * as numerals from "./numerals.js";
import * as romanisation from "./romanisation.js";
import { MARKS } from "./versions.js";

const LONGEST_QUERY = 256; // characters
const MOST_WORDS = 16;
const MOST_YEARS = 40; // of a range

const FIELDS = { artist: "artist", künstler: "artist", album: "album", genre: "genre", year: "year", jahr: "year" };
const FIELD = /(?<!\S)(artist|künstler|album|genre|year|jahr):(?:"([^"]+)"|([^\s"]+))/giu;
const PHRASE = /(?<!\S)"([^"]+)"(?!\S)/g;
const YEARS = /^(\d{4})(?:-(\d{4}))?$/;
const BEGUN_YEAR = /^\d{1,3}$/;

// Return the query: {words, required, key, requiredKey, marks, filters, phrases, numbers, fields, exact}. A filter is
// {field, any: [[token, prefix]]}, one of which a document must have there.
export function read(typed) {
  const text = cut(typed);
  const filters = [];
  const fields = [];
  const rest = [];
  let at = 0;
  for (const found of text.matchAll(FIELD)) {
    const end = found.index + found[0].length;
    const field = FIELDS[found[1].toLowerCase()];
    const value = found[2] ?? found[3];
    const wanted = filtersOf(field, value, end === text.length && found[3] !== undefined);
    if (wanted.length && filters.length + wanted.length <= MOST_WORDS) {
      rest.push(text.slice(at, found.index));
      filters.push(...wanted);
      fields.push([field, value]);
      at = end;
    }
  }
  const words = [...rest, text.slice(at)].join(" ");
  const phrases = [...words.matchAll(PHRASE)].map((found) => analyser.read(found[1]).words.slice(0, MOST_WORDS));
  return {
    ...ofWords(analyser.readQuery(words).slice(0, MOST_WORDS)),
    filters,
    fields,
    phrases: phrases.filter((phrase) => phrase.length > 1),
    exact: new Set(phrases.filter((phrase) => phrase.length === 1).map(([word]) => word)),
  };
}

// Return the same query as words alone: a title may have a colon, and quotes that nothing was found for.
export function readPlain(typed) {
  return ofWords(analyser.readQuery(cut(typed)).slice(0, MOST_WORDS));
}

export function ofWords(words) {
  const [key, requiredKey] = analyser.keysOf(words.join(" "));
  const numbers = new Map();
  numerals.arabic(words).forEach((number, place) => {
    if (number !== words[place]) numbers.set(words[place], number);
  });
  return {
    words,
    required: analyser.withoutStopWords(words),
    key,
    requiredKey,
    marks: new Set(words.filter((word) => MARKS.has(word))),
    filters: [],
    phrases: [],
    numbers,
    fields: [],
    exact: new Set(),
  };
}

export function isEmpty(query) {
  return !query.words.length && !query.filters.length;
}

export function isPlain(query) {
  return !query.filters.length && !query.phrases.length;
}

// Return the exact names that it may be, also in the letters of other scripts.
export function keysOf(query) {
  const keys = new Set([query.key, query.requiredKey]);
  if (analyser.isAscii(query.key)) {
    const skeletons = query.words.map(romanisation.skeletons);
    if (skeletons.length) {
      for (const way of skeletons[0].keys()) keys.add(analyser.skeletonKey(skeletons.map((some) => some[way])));
    }
  } else for (const key of analyser.latinKeysOf(query.words)) keys.add(key);
  keys.delete("");
  return keys;
}

// Return the keys of all runs of neighbouring words: the names that may stand in a longer query.
export function partsOf({ words }) {
  const parts = new Set();
  for (let start = 0; start < words.length; start++) {
    for (let end = start + 1; end <= words.length; end++) {
      const run = words.slice(start, end);
      if (!run.every((word) => analyser.STOP_WORDS.has(word))) parts.add(analyser.key(run));
    }
  }
  return parts;
}

function cut(text) {
  return text.slice(0, LONGEST_QUERY).replaceAll("\0", " ");
}

function filtersOf(field, value, unfinished) {
  if (field === "year") {
    const years = YEARS.exec(value);
    if (years) {
      const first = Number(years[1]);
      const last = Number(years[2] ?? years[1]);
      if (first > last || last >= first + MOST_YEARS) return [];
      const all = Array.from({ length: last - first + 1 }, (_, more) => [String(first + more), false]);
      return [{ field, any: all }];
    }
    return unfinished && BEGUN_YEAR.test(value) ? [{ field, any: [[String(Number(value)), true]] }] : [];
  }
  const { words } = analyser.read(value);
  if (field === "genre") return words.length ? [{ field, any: [[analyser.key(words), unfinished]] }] : [];
  const tokens = words.flatMap(analyser.tokensOf);
  return tokens.map((token, place) => ({ field, any: [[token, unfinished && place === tokens.length - 1]] }));
}
