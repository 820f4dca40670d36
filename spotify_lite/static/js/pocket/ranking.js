// Candidates in order: how well the words match, what the query names exactly, and how much it is played. Pure.
// A port of catalog/search/ranking.py, with its weights.

import * as analyser from "./analyser.js";
import * as asking from "./asking.js";
import { Matcher } from "./matching.js";
import { SKELETON } from "./romanisation.js";
import { Seen } from "./seen.js";
import { marksOf } from "./versions.js";

const COMPLETE = [1.4, 1.1, 0.5]; // to the letter, but for stop words, but for remarks
const MARK = 0.35; // a version that was not asked for
const PLAYED = (0.33 * Math.log10(2)) / 4; // a step of popularity is a quarter of a doubling
const UNPLAYED = 127;

// Return the best documents first; with `oneVersion`, of each song only the best, unless a version is asked for.
// A document is as `Seen` has it, with `bucket` and `place`: its place by popularity.
export function best(query, documents, { limit, corrections, oneVersion }) {
  const matcher = new Matcher(query, corrections);
  const parts = asking.partsOf(query);
  const scored = [];
  for (const document of documents) {
    const score = scoreOf(matcher, document, parts);
    if (score !== null) scored.push({ score, document });
  }
  scored.sort((one, other) => other.score - one.score || one.document.place - other.document.place);
  const songs = new Set();
  const ranked = [];
  for (const { document } of scored) {
    if (oneVersion) {
      const asked = query.marks.size ? [...marks(document)].sort().join(" ") : "";
      const song = `${document.core}\n${document.names.split("\n", 1)[0]}\n${asked}`;
      if (songs.has(song)) continue;
      songs.add(song);
    }
    ranked.push(document);
    if (ranked.length === limit) break;
  }
  return ranked;
}

// Return what was typed and what it was taken for, where only that made the document an answer.
export function corrected(query, corrections, document) {
  if (!query.words.length) return {};
  const matcher = new Matcher(query, corrections);
  const meant = matcher.meanings(new Seen(document, matcher.letters, query.words.at(-1)));
  const used = {};
  let typed = "";
  query.words.forEach((word, place) => {
    const taken = meant[place];
    typed = `${typed} ${word}`.trim();
    if (taken !== word && taken === (meant[place + 1] ?? "")) return; // day light: one word, daylight
    if (taken !== word && !taken.startsWith(SKELETON)) used[typed] = taken;
    typed = "";
  });
  return used;
}

function scoreOf(matcher, document, parts) {
  const { query } = matcher;
  const popular = PLAYED * (UNPLAYED - document.bucket);
  if (!query.words.length) return popular;
  const seen = new Seen(document, matcher.letters, query.words.at(-1));
  if (!query.phrases.every((phrase) => seen.hasPhrase(phrase))) return null;
  const met = matcher.meet(seen);
  if (2 * met.found < matcher.required && !isOneOfSeveral(document, parts)) return null;
  const meant = met.exact ? query : matcher.meant(seen);
  const others = [...marks(document)].filter((mark) => !query.marks.has(mark)).length;
  return 3 * met.mean + nameBonus(meant, seen) + cover(meant, seen) - MARK * others + popular;
}

// Tell whether this is an artist, all of whose name stands among those of others: `jay-z rihanna`.
function isOneOfSeveral(document, parts) {
  return !document.names && parts.has(analyser.keysOf(document.title)[0]);
}

// Return what the name of the document is worth that the query names best, or begins to.
function nameBonus(query, seen) {
  let most = bonusOf(query, seen.core, [1.3, 0.9, 0.55]);
  if (seen.title !== seen.core) most = Math.max(most, bonusOf(query, seen.title, [1.3, 0.9, 0]));
  for (const name of seen.names) most = Math.max(most, bonusOf(query, name, [1.6, 1.2, 0.7]));
  for (const name of seen.aliases) most = Math.max(most, bonusOf(query, name, [1.3, 1, 0.5]));
  return most;
}

function bonusOf(query, name, [equal, required, begun]) {
  const [key, requiredKey] = analyser.keysOf(name);
  if (query.key === key) return equal;
  if (query.requiredKey === requiredKey) return required;
  return key.startsWith(query.key) ? begun : 0;
}

// Reward a query that names both the song and who plays it, by how much of each it names, and most if it names nothing
// else; or several of those who play it.
function cover(query, seen) {
  if (query.words.length === 1) return 0;
  const complete = Math.max(...seen.names.map((name) => completeness(query, seen, name)));
  if (complete) return 1.6 + complete;
  const words = new Set(query.words);
  const core = analyser.needed(seen.core);
  const names = seen.names.map(analyser.needed).filter((name) => name.size);
  const inTitle = common(words, core);
  if (!inTitle) {
    const shares = names.map((name) => common(words, name) / name.size).sort((one, other) => other - one);
    return shares.length > 1 && shares[1] === 1 ? 0.8 * (shares[0] + shares[1]) : 0;
  }
  const rest = new Set([...words].filter((word) => !core.has(word)));
  const most = Math.max(0, ...names.map((name) => common(rest, name) / name.size));
  return most ? (0.8 * inTitle) / core.size + 0.8 * most : 0;
}

// Return how many words both have.
function common(words, others) {
  let count = 0;
  for (const word of words) if (others.has(word)) count++;
  return count;
}

function completeness(query, seen, name) {
  const [key, requiredKey] = analyser.keysOf(name);
  const [title, requiredTitle] = analyser.keysOf(seen.title);
  const said = (words) => words.split(" ").filter(Boolean).sort().join(" ");
  if (key.length + title.length === query.key.length && said(`${name} ${seen.title}`) === said(query.words.join(" "))) {
    return COMPLETE[0];
  }
  for (const [worth, part] of [
    [COMPLETE[1], requiredTitle],
    [COMPLETE[2], analyser.keysOf(seen.core)[1]],
  ]) {
    const both = [part + requiredKey, requiredKey + part];
    if (requiredKey && part && both.includes(query.requiredKey)) return worth;
  }
  return 0;
}

function marks(document) {
  return marksOf(document.title, document.core, `${document.names} ${document.album}`);
}
