// An index of names in memory: rows by words and by exact names, the most popular first; and words. Pure.

import * as analyser from "./analyser.js";
import { KINDS } from "./packing.js";
import { hash, list, lowerBound, NONE, RELEASES } from "./shape.js";
import { distance, meets } from "./typos.js";
import { coreTitle } from "./versions.js";

const BEHIND = "\uffff"; // whatever follows a beginning
const REMEMBERED = 64; // sets of rows, of 12 KB each where there are 100,000
const ROLES = ["main", "featured", "other"];

export class Index {
  constructor({ kinds, genres, texts, terms, postings, keys }) {
    Object.assign(this, { kinds, texts, postings, keys });
    this.genres = genres.map((name) => ({ name, key: analyser.key(analyser.read(name).words) }));
    this.terms = terms ? terms.split("\n") : [];
    this.letters = Uint32Array.from(this.terms, lettersOf);
    this.bits = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    this.decoder = new TextDecoder();
    this.words = analyser.remembered((text) => wordsOf(typeof text === "number" ? this.text(text) : text)); // or its number
    this.cores = analyser.remembered((text) => analyser.read(coreTitle(this.text(text))).words.join(" "));
    this.single = new Map(kinds.tracks.single);
  }

  count(kind) {
    return this.kinds[kind].id.length;
  }

  // Return at most `limit` rows that have a word of each group and fit the filters.
  find(kind, { groups, filters = [], limit }) {
    const found = [];
    const rows = this.count(kind);
    if (!groups.length && !filters.length) return found;
    const sets = groups.map((group) => this.#having(kind, group));
    sets.sort((one, other) => one.size - other.size);
    if (sets.some(({ size }) => !size)) return found;
    const fits = this.fitting(kind, filters);
    for (let part = 0; part < (rows + 31) >>> 5 && found.length < limit; part++) {
      let bits = sets.length ? sets[0].bits[part] : 0xffffffff;
      for (let at = 1; at < sets.length && bits; at++) bits &= sets[at].bits[part];
      while (bits && found.length < limit) {
        const row = (part << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        if (row < rows && fits(row)) found.push(row);
      }
    }
    return found;
  }

  // Return at most `limit` rows with one of these exact names.
  named(kind, keys, limit) {
    const { hash: hashes, row } = this.keys[kind];
    const found = new Set();
    for (const key of keys) {
      const wanted = hash(key);
      let taken = 0;
      for (let at = lowerBound(hashes, wanted); hashes[at] === wanted && taken < 2 * limit; at++, taken++) {
        found.add(row[at]);
      }
    }
    return [...found].sort((one, other) => one - other).slice(0, limit);
  }

  // Return what says whether a row has what each filter asks for in its field.
  fitting(kind, filters) {
    const tests = filters.map((filter) => this.#test(kind, filter));
    return (row) => tests.every((test) => test(row));
  }

  // Return {tracks, bucket} of a word that songs have: how many, and how popular the most played is; else undefined.
  known(word) {
    const place = this.#place(word);
    return this.terms[place] === word ? this.#known(place) : undefined;
  }

  // Return the words that a misspelt one may have meant: [{term, letters, tracks, bucket}].
  similar(word, reach) {
    const mine = lettersOf(word);
    const found = [];
    for (let place = 0; place < this.terms.length; place++) {
      const term = this.terms[place];
      const longer = term.length - word.length;
      if (longer > reach.farthest || -longer > reach.farthest) continue;
      if (bitsOf(mine ^ this.letters[place]) > 2 * reach.farthest) continue;
      const letters = distance(word, term, reach.farthest);
      if (letters > reach.farthest || !meets(reach, term)) continue;
      const known = this.#known(place);
      if (known) found.push({ term, letters, ...known });
    }
    return found;
  }

  // Return a row as `Seen` and `ranking` have it.
  document(kind, place) {
    const table = this.kinds[kind];
    const title = this.words(table.title[place]);
    const { names, aliases } = this.#people(kind, place);
    const album = kind === "tracks" ? table.album[place] : NONE;
    const from = album === NONE ? null : this.words(this.kinds.albums.title[album]);
    const tokens = new Set([...title.tokens, ...(from?.tokens ?? [])]);
    for (const text of [...names, ...aliases]) for (const token of this.words(text).tokens) tokens.add(token);
    const lines = (texts) => [...new Set(texts.map((text) => this.words(text).said))].join("\n");
    return {
      place,
      bucket: table.bucket[place],
      title: title.said,
      core: this.cores(table.title[place]),
      names: lines(names),
      aliases: lines(aliases),
      album: from?.said ?? "",
      tokens: [...tokens].join(" "),
    };
  }

  // Return a row as pages show it.
  shown(kind, place) {
    const table = this.kinds[kind];
    const about = { id: table.id[place], bucket: table.bucket[place], cover: this.#cover(kind, place) };
    if (kind === "artists") {
      const aliases = table.aliases[place] === NONE ? "" : this.text(table.aliases[place]);
      return { ...about, name: this.text(table.title[place]), aliases };
    }
    const artists = [...list(table.people, place)].map((person) => ({
      id: this.kinds.artists.id[person >>> 2],
      name: this.text(this.kinds.artists.title[person >>> 2]),
      role: ROLES[person & 3],
    }));
    const artist = table.credit[place] === NONE ? (artists[0]?.name ?? "") : this.text(table.credit[place]);
    const common = { ...about, title: this.text(table.title[place]), artist, artists, year: table.year[place] || null };
    if (kind === "albums") return { ...common, kind: RELEASES[table.release[place]] };
    const album = table.album[place];
    return {
      ...common,
      album:
        album === NONE ? null : { id: this.kinds.albums.id[album], title: this.text(this.kinds.albums.title[album]) },
      duration_ms: 1000 * table.seconds[place],
      explicit: Boolean(table.flags[place] & 1),
      silent: Boolean(table.flags[place] & 2),
    };
  }

  text(number) {
    const { ends, bytes } = this.texts;
    return this.decoder.decode(bytes.subarray(ends[number], ends[number + 1]));
  }

  // Return whose names a row has, and their other names: numbers of texts, or texts.
  #people(kind, place) {
    const table = this.kinds[kind];
    const split = (number) =>
      number === NONE ? [] : this.text(number).split(";").map((name) => name.trim()).filter(Boolean); // prettier-ignore
    if (kind === "artists") return { names: [], aliases: split(table.aliases[place]) };
    const people = [...list(table.people, place)].map((person) => person >>> 2);
    const { title, aliases } = this.kinds.artists;
    const names = people.map((person) => title[person]);
    if (table.credit[place] !== NONE) names.push(table.credit[place]);
    return { names, aliases: people.flatMap((person) => split(aliases[person])) };
  }

  // Return what says whether a row has one of some tokens, or begins with it, in a field.
  #test(kind, { field, any }) {
    const wanted = (token) => any.some(([text, prefix]) => (prefix ? token.startsWith(text) : token === text));
    const table = this.kinds[kind];
    if (field === "year") {
      if (kind === "artists") return () => false;
      const years = new Map(); // year -> whether it is wanted
      return (row) => {
        const year = table.year[row];
        if (!years.has(year)) years.set(year, year > 0 && wanted(String(year)));
        return years.get(year);
      };
    }
    if (field === "genre") {
      const genres = new Set([...this.genres.keys()].filter((genre) => wanted(this.genres[genre].key)));
      if (kind === "tracks") return (row) => list(table.genres, row).some((genre) => genres.has(genre));
      const albums = kind === "albums" ? this.#albumsOf(genres) : new Set();
      return (row) => albums.has(row);
    }
    const has = (text) => this.words(text).tokens.some(wanted);
    if (field === "album") {
      if (kind === "artists") return () => false;
      const { title } = this.kinds.albums;
      const known = new Map(); // album -> whether it is one
      const is = (album) => {
        if (!known.has(album)) known.set(album, has(title[album]));
        return known.get(album);
      };
      return kind === "albums" ? is : (row) => table.album[row] !== NONE && is(table.album[row]);
    }
    return (row) => {
      const { names, aliases } = this.#people(kind, row);
      return (kind === "artists" && has(table.title[row])) || names.some(has) || aliases.some(has);
    };
  }

  // Return the albums that have a song of one of these genres.
  #albumsOf(genres) {
    const name = [...genres].join(" ");
    if (this.ofAlbums?.name === name) return this.ofAlbums.found;
    const found = new Set();
    this.ofAlbums = { name, found }; // one types on behind it
    const { album, genres: of } = this.kinds.tracks;
    for (let row = 0; row < album.length; row++)
      if (list(of, row).some((genre) => genres.has(genre))) found.add(album[row]);
    return found;
  }

  #cover(kind, place) {
    if (kind === "tracks") {
      const album = this.kinds.tracks.album[place];
      return this.single.get(place) ?? (album === NONE ? null : this.#cover("albums", album));
    }
    const bytes = this.kinds[kind].covers.subarray(32 * place, 32 * place + 32);
    return bytes.some(Boolean) ? [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") : null;
  }

  // Return the rows that have one of the words, or begin with one: {bits, size}; remembered while one types on.
  #having(kind, group) {
    const known = this.bits[kind];
    const name = JSON.stringify(group);
    const place = known.findIndex((one) => one.name === name);
    if (place >= 0) {
      known.push(...known.splice(place, 1));
      return known.at(-1);
    }
    const bits =
      known.length > REMEMBERED ? known.shift().bits.fill(0) : new Uint32Array((this.count(kind) + 31) >>> 5);
    const { ends, of } = this.postings[kind];
    let size = 0;
    for (const [text, prefix] of group) {
      const from = this.#place(text);
      const to = prefix ? this.#place(text + BEHIND) : this.terms[from] === text ? from + 1 : from;
      for (let at = ends[from]; at < ends[to]; at++) bits[of[at] >>> 5] |= 1 << (of[at] & 31);
      size += ends[to] - ends[from];
    }
    known.push({ name, bits, size });
    return known.at(-1);
  }

  #place(word) {
    return lowerBound(this.terms, word);
  }

  #known(place) {
    const { ends, of } = this.postings.tracks;
    const tracks = ends[place + 1] - ends[place];
    return tracks ? { tracks, bucket: this.kinds.tracks.bucket[of[ends[place]]] } : undefined;
  }
}

function wordsOf(text) {
  const { words, others } = analyser.read(text);
  const tokens = [...new Set([...words, ...others].flatMap(analyser.tokensOf))];
  return { said: words.join(" "), tokens };
}

// Return which letters a word has, a bit each.
function lettersOf(word) {
  let bits = 0;
  for (let place = 0; place < word.length; place++) bits |= 1 << (word.charCodeAt(place) & 31);
  return bits >>> 0;
}

function bitsOf(number) {
  let bits = number - ((number >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
