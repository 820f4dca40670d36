// Build an index of tables of names: rows by popularity, the words that find them, and their exact names. Pure.

import * as analyser from "./analyser.js";
import { KINDS } from "./packing.js";
import { GUEST, hash, Lists, MAIN, MAKER, NONE, RELEASES } from "./shape.js";
import { coreTitle } from "./versions.js";

// Return the index as flat arrays; `standing` are the rows of each kind that count, the most popular first.
export function build(tables, standing) {
  const texts = new Texts();
  const places = Object.fromEntries(KINDS.map((kind) => [kind, placesOf(tables[kind], standing[kind])]));
  const kinds = {
    artists: artistsOf(tables.artists, standing.artists, texts),
    albums: albumsOf(tables.albums, standing.albums, texts, places),
    tracks: tracksOf(tables.tracks, standing.tracks, texts, places),
  };
  const genres = kinds.tracks.names;
  delete kinds.tracks.names;
  const { words, terms } = texts.read();
  const postings = Object.fromEntries(KINDS.map((kind) => [kind, post(kinds, kind, words, terms.length)]));
  const keys = Object.fromEntries(KINDS.map((kind) => [kind, keysOf(kinds, kind, texts)]));
  return { kinds, genres, texts: texts.packed(), terms: terms.join("\n"), postings, keys };
}

// Yield the numbers of the texts that a row is found by: first its title, then who made it, and the album's title.
function* textsOf(kinds, kind, row, { album = true } = {}) {
  const table = kinds[kind];
  yield table.title[row];
  if (kind === "artists") {
    if (table.aliases[row] !== NONE) yield table.aliases[row];
    return;
  }
  if (table.credit[row] !== NONE) yield table.credit[row];
  const { ends, of } = table.people;
  for (let at = ends[row]; at < ends[row + 1]; at++) {
    const person = of[at] >>> 2;
    yield kinds.artists.title[person];
    if (kinds.artists.aliases[person] !== NONE) yield kinds.artists.aliases[person];
  }
  if (album && kind === "tracks" && table.album[row] !== NONE) yield kinds.albums.title[table.album[row]];
}

// Every name once, by number.
class Texts {
  constructor() {
    this.numbers = new Map();
    this.all = [];
  }

  add(text) {
    if (!text) return NONE;
    let number = this.numbers.get(text);
    if (number === undefined) {
      this.numbers.set(text, (number = this.all.length));
      this.all.push(text);
    }
    return number;
  }

  // Return the numbers of the words of each text, and the words in order.
  read() {
    this.numbers.clear();
    const known = new Map();
    const found = [];
    const words = new Lists(this.all.length);
    for (const text of this.all) {
      const read = analyser.read(text);
      for (const some of [read.words, read.others]) {
        for (const word of some) {
          for (const token of analyser.tokensOf(word)) {
            let number = known.get(token);
            if (number === undefined) {
              known.set(token, (number = found.length));
              found.push(token);
            }
            words.add(number);
          }
        }
      }
      words.end();
    }
    const terms = [...found].sort((one, other) => (one < other ? -1 : 1));
    const places = new Uint32Array(terms.length);
    terms.forEach((term, place) => (places[known.get(term)] = place));
    const done = words.done();
    for (let at = 0; at < done.of.length; at++) done.of[at] = places[done.of[at]];
    return { words: done, terms };
  }

  packed() {
    const encoder = new TextEncoder();
    const ends = new Uint32Array(this.all.length + 1);
    const bytes = encoder.encode(this.all.join(""));
    this.all.forEach((text, number) => {
      let length = text.length;
      if (!analyser.isAscii(text)) length = encoder.encode(text).length;
      ends[number + 1] = ends[number] + length;
    });
    return { ends, bytes };
  }
}

function placesOf(table, rows) {
  const places = new Map();
  rows.forEach((row, place) => places.set(table.id[row], place));
  return places;
}

function common(table, rows, texts, title) {
  const covers = new Uint8Array(32 * rows.length);
  const bucket = new Uint8Array(rows.length);
  const id = new Float64Array(rows.length); // beyond 32 bits
  const titles = new Uint32Array(rows.length);
  rows.forEach((row, place) => {
    id[place] = table.id[row];
    bucket[place] = table.bucket[row];
    titles[place] = texts.add(table[title][row]);
    if (table.cover[row]) covers.set(bytesOf(table.cover[row]), 32 * place);
  });
  return { id, bucket, title: titles, covers };
}

function artistsOf(table, rows, texts) {
  const aliases = Uint32Array.from(rows, (row) => texts.add(table.aliases[row]));
  return { ...common(table, rows, texts, "name"), aliases };
}

function albumsOf(table, rows, texts, places) {
  const people = new Lists(rows.length);
  for (const row of rows) addPeople(people, [[table.people[row], MAIN]], places);
  return {
    ...common(table, rows, texts, "title"),
    credit: Uint32Array.from(rows, (row) => texts.add(table.credit[row])),
    year: Uint16Array.from(rows, (row) => table.year[row]),
    release: Uint8Array.from(rows, (row) => RELEASES.indexOf(table.kind[row])),
    people: people.done(),
  };
}

function tracksOf(table, rows, texts, places) {
  const people = new Lists(rows.length);
  const genres = new Lists(rows.length);
  const names = new Map();
  const single = []; // covers of songs without an album that has one
  for (const [place, row] of rows.entries()) {
    const credited = [
      [table.people[row], MAIN],
      [table.guests[row], GUEST],
      [table.makers[row], MAKER],
    ];
    addPeople(people, credited, places);
    for (const name of table.genres[row]) {
      if (!names.has(name)) names.set(name, names.size);
      genres.add(names.get(name));
    }
    genres.end();
    if (table.cover[row]) single.push([place, table.cover[row]]);
  }
  const { covers: _, ...shared } = common({ ...table, cover: NONE }, rows, texts, "title");
  return {
    ...shared,
    credit: Uint32Array.from(rows, (row) => texts.add(table.credit[row])),
    album: Uint32Array.from(rows, (row) => places.albums.get(table.album[row]) ?? NONE),
    year: Uint16Array.from(rows, (row) => table.year[row]),
    seconds: Uint32Array.from(rows, (row) => table.seconds[row]),
    flags: Uint8Array.from(rows, (row) => table.flags[row]),
    people: people.done(),
    genres: genres.done(),
    single,
    names: [...names.keys()],
  };
}

function addPeople(people, credited, places) {
  for (const [ids, role] of credited) {
    for (const id of ids) {
      const place = places.artists.get(id);
      if (place !== undefined) people.add((place << 2) | role);
    }
  }
  people.end();
}

function bytesOf(hex) {
  return Uint8Array.from({ length: 32 }, (_, place) => parseInt(hex.slice(2 * place, 2 * place + 2), 16));
}

// Return, by word, the rows that have it, the most popular first.
function post(kinds, kind, words, count) {
  const rows = kinds[kind].id.length;
  const seen = new Uint32Array(count).fill(NONE); // the last row that had a word: it is counted once
  const each = (visit) => {
    for (let row = 0; row < rows; row++) {
      for (const text of textsOf(kinds, kind, row)) {
        for (let at = words.ends[text]; at < words.ends[text + 1]; at++) {
          const word = words.of[at];
          if (seen[word] === row) continue;
          seen[word] = row;
          visit(word, row);
        }
      }
    }
  };
  const ends = new Uint32Array(count + 1);
  each((word) => ends[word + 1]++);
  for (let word = 0; word < count; word++) ends[word + 1] += ends[word];
  const of = new Uint32Array(ends[count]);
  const next = ends.slice(0, count);
  seen.fill(NONE);
  each((word, row) => (of[next[word]++] = row));
  return { ends, of };
}

// Return the hashes of the exact names of all rows in order, and their rows.
function keysOf(kinds, kind, texts) {
  const title = analyser.remembered((text) => [...namesOf(text), ...namesOf(coreTitle(text))].map(hash));
  const name = analyser.remembered((text) => namesOf(text).map(hash));
  const alias = analyser.remembered((text) => text.split(";").flatMap((one) => namesOf(one).map(hash)));
  const aliases = new Set(kinds.artists.aliases);
  const pairs = []; // a hash and a row in one number, which sorts
  const rows = kinds[kind].id.length;
  for (let row = 0; row < rows; row++) {
    const found = new Set();
    let made = title;
    for (const text of textsOf(kinds, kind, row, { album: false })) {
      for (const key of (aliases.has(text) ? alias : made)(texts.all[text])) found.add(key);
      made = name;
    }
    for (const key of found) pairs.push(key * 0x200000 + row);
  }
  const sorted = Float64Array.from(pairs).sort();
  return {
    hash: Uint32Array.from(sorted, (pair) => Math.floor(pair / 0x200000)),
    row: Uint32Array.from(sorted, (pair) => pair % 0x200000),
  };
}

function namesOf(text) {
  const { words } = analyser.read(text);
  const keys = new Set(analyser.keysOf(words.join(" ")));
  if (words.some((word) => !analyser.isAscii(word))) for (const key of analyser.latinKeysOf(words)) keys.add(key);
  keys.delete("");
  return [...keys];
}
