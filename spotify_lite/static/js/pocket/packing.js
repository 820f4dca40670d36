// The pieces of names as the server packs them (catalog/pocket/packing.py), read into tables: columns by kind. Pure.

export const LAYOUT = 1; // of pieces that are understood here
export const KINDS = ["tracks", "albums", "artists"];
const NONE = Object.freeze([]);
const COMMON = { id: [], bucket: [], title: [], credit: [], people: [], year: [], cover: [] };

// Tables that nothing was read into.
export function empty() {
  return {
    tracks: { ...structuredClone(COMMON), album: [], seconds: [], guests: [], makers: [], genres: [], flags: [] },
    albums: { ...structuredClone(COMMON), kind: [] },
    artists: { id: [], bucket: [], name: [], aliases: [], cover: [] },
  };
}

// Add the rows of a piece; pieces come in the order in which they are listed.
export function add(tables, piece) {
  for (const kind of KINDS) {
    if (piece[kind]) addRows(kind, tables[kind], piece[kind]);
    if (piece.buckets) tables[kind].bucket = piece.buckets[kind];
  }
}

// Bring tables that are whole up to date, and return for each kind the rows that stand, the most popular first.
export function change(tables, piece) {
  const standing = {};
  for (const kind of KINDS) {
    const table = tables[kind];
    const told = piece?.changes?.[kind] ?? {};
    const place = new Map(table.id.map((id, row) => [id, row]));
    summed(told.moved ?? NONE).forEach((id, at) => (table.bucket[place.get(id)] = told.to[at]));
    for (const id of summed(told.gone ?? NONE)) place.delete(id);
    if (told.rows) {
      const before = table.id.length;
      addRows(kind, table, told.rows);
      table.bucket.push(...told.rows.bucket);
      for (let row = before; row < table.id.length; row++) place.set(table.id[row], row);
    }
    const { bucket, id } = table;
    const rows = Uint32Array.from(place.values());
    standing[kind] = rows.sort((one, other) => bucket[one] - bucket[other] || id[one] - id[other]);
  }
  return standing;
}

function addRows(kind, table, piece) {
  const ids = summed(piece.id);
  const count = ids.length;
  const push = (name, values) => {
    for (const value of values) table[name].push(value);
  };
  push("id", ids);
  push("cover", some(piece.cover, count, ""));
  if (kind === "artists") {
    push("name", piece.name);
    push("aliases", some(piece.aliases, count, ""));
    return;
  }
  const others = some(piece.others, count, NONE);
  push("title", piece.title);
  push("credit", some(piece.credit, count, ""));
  push(
    "people",
    summed(piece.artist).map((first, row) => (first ? [first, ...others[row]] : NONE)),
  );
  push("year", summed(piece.year));
  if (kind === "albums") {
    push("kind", piece.kind);
    return;
  }
  const further = some(piece.further, count, NONE);
  const name = (number) => piece.genres[number];
  const flags = new Array(count).fill(0);
  for (const row of summed(piece.explicit)) flags[row] |= 1;
  for (const row of summed(piece.silent)) flags[row] |= 2;
  push("album", summed(piece.album));
  push("seconds", piece.seconds);
  push("guests", some(piece.guests, count, NONE));
  push("makers", some(piece.makers, count, NONE));
  push(
    "genres",
    piece.genre.map((first, row) => (first < 0 ? NONE : [first, ...further[row]].map(name))),
  );
  push("flags", flags);
}

// Undo gaps.
function summed(gaps) {
  let number = 0;
  return gaps.map((gap) => (number += gap));
}

function some([gaps, values], count, otherwise) {
  const all = new Array(count).fill(otherwise);
  summed(gaps).forEach((row, at) => (all[row] = values[at]));
  return all;
}
