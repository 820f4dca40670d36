// What a search found as pages show it: rows with the parts of their names that matched, and the best of them. Pure.

import * as analyser from "./analyser.js";
import * as asking from "./asking.js";
import * as marks from "./marks.js";
import { KINDS, search } from "./planner.js";
import * as topresult from "./topresult.js";

// Return {tracks, artists, albums, corrected, mended, asTyped, fields, best, whole}; `whole` says whether all songs that
// there are were looked at. Each row has `parts` of its title or name, and of whom it is by.
export function answer(typed, index, { limit, kinds = KINDS, whole }) {
  const found = search(typed, index, { limit, kinds });
  const query = asking.read(typed);
  const meant = query.words.flatMap((word) => (found.corrected[word] ?? word).split(" "));
  const matched = marks.wanted([
    ...Object.values(found.corrected),
    ...query.fields.map(([, value]) => value),
    ...query.words,
  ]);
  const parts = (name) => marks.parts(name, matched);
  const shown = Object.fromEntries(
    KINDS.map((kind) => [kind, found[kind].map((place) => withParts(kind, index.shown(kind, place), parts))]),
  );
  const named = marks.wanted(meant);
  const best = topresult.choose({
    words: meant,
    fields: query.fields.map(([field]) => field),
    songs: shown.tracks,
    artists: shown.artists,
    albums: shown.albums,
    unnamed: (song) => !marks.parts(song.title, named).some(([, is]) => is),
  });
  return {
    ...shown,
    corrected: found.corrected,
    ...respelt(typed, found.corrected),
    fields: query.fields,
    best,
    whole,
  };
}

function withParts(kind, row, parts) {
  if (kind === "artists") return { ...row, parts: { name: parts(row.name) } };
  const of = { title: parts(row.title), artist: parts(row.artist) };
  const named = [...of.title, ...of.artist].some(([, is]) => is);
  if (kind === "tracks" && row.album && !named) of.album = parts(row.album.title); // it says why the song was found
  return { ...row, parts: of };
}

// Return the query as it was understood, and one that finds exactly what was typed: what was mended in quotes.
function respelt(typed, corrected) {
  const chunks = analyser.split(typed).map((chunk) => {
    const { words } = analyser.read(chunk);
    const wrong = words.some((word) => word in corrected);
    return wrong
      ? { meant: words.map((word) => corrected[word] ?? word).join(" "), typed: `"${chunk}"` }
      : { meant: chunk, typed: chunk };
  });
  const meant = chunks.map((chunk) => chunk.meant).filter((chunk, place, all) => chunk !== all[place - 1]);
  return { mended: meant.join(" "), asTyped: chunks.map((chunk) => chunk.typed).join(" ") };
}
