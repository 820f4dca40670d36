// Answer a query as the server would with all the time that it needs. Pure: the index comes in.
// A port of catalog/search/planner.py without its budget: what a device knows answers in milliseconds.

import * as asking from "./asking.js";
import * as forms from "./forms.js";
import { corrections } from "./mending.js";
import * as ranking from "./ranking.js";

export const KINDS = ["tracks", "artists", "albums"];
const CANDIDATES = 80; // that are read of a posting list, and at least twice the limit
const CANDIDATES_RELAXED = 40; // of what has only some of the words
const CANDIDATES_OF_PHRASES = 400; // of which few have the words side by side
const PRECISE = 3; // words: what has them all is what was meant

// Return {tracks, artists, albums: places by popularity, best first; corrected: {typed: used}}.
export function search(typed, index, { limit, kinds = KINDS }) {
  const query = asking.read(typed);
  if (asking.isEmpty(query)) return { tracks: [], artists: [], albums: [], corrected: {} };
  const found = look(query, index, { limit, kinds });
  const nothing = KINDS.every((kind) => !found[kind].length);
  return nothing && !asking.isPlain(query) ? look(asking.readPlain(typed), index, { limit, kinds }) : found;
}

function look(query, index, { limit, kinds }) {
  const candidates = Math.max(query.phrases.length ? CANDIDATES_OF_PHRASES : CANDIDATES, 2 * limit);
  const { filters } = query;
  const found = Object.fromEntries(KINDS.map((kind) => [kind, new Set()]));
  const add = (kind, places) => places.forEach((place) => found[kind].add(place));
  const ways = forms.strict(query);
  const keys = asking.keysOf(query);
  let hits = 0;
  for (const kind of kinds) {
    let most = 0;
    for (const groups of ways) {
      const places = index.find(kind, { groups, filters, limit: candidates });
      add(kind, places);
      most = Math.max(most, places.length);
    }
    hits += most;
    add(kind, index.named(kind, keys, candidates));
  }
  const mended = corrections(query, index, hits);
  if (mended.size) {
    const groups = forms.mended(query, mended);
    for (const kind of kinds) {
      const places = index.find(kind, { groups, filters, limit: candidates });
      add(kind, places);
      hits = Math.max(hits, places.length);
    }
  }
  const lacking = kinds.filter((kind) => found[kind].size < limit);
  if (lacking.length && query.words.length > 1) {
    const answered = query.required.length >= PRECISE && hits > 0;
    const without = answered ? [] : forms.relaxed(query, mended);
    const parts = asking.partsOf(query);
    for (const kind of lacking) {
      for (const groups of without) add(kind, index.find(kind, { groups, filters, limit: CANDIDATES_RELAXED }));
      add(kind, index.named(kind, parts, CANDIDATES_RELAXED));
    }
  }
  const ranked = {};
  for (const kind of KINDS) {
    const documents = [...found[kind]].filter(index.fitting(kind, filters));
    ranked[kind] = ranking.best(
      query,
      documents.map((place) => index.document(kind, place)),
      { limit, corrections: mended, oneVersion: kind === "tracks" },
    );
  }
  const first = kinds.map((kind) => ranked[kind][0]).find(Boolean);
  return {
    ...Object.fromEntries(KINDS.map((kind) => [kind, ranked[kind].map(({ place }) => place)])),
    corrected: first ? ranking.corrected(query, mended, first) : {},
  };
}
