// The forms of a query that posting lists are asked for: as it stands, mended, and with words left out. Pure.
// A group is tokens, one of which must be there, as [text, prefix]; of each group of a form one. A port of
// catalog/search/forms.py, but for filters, which the index is asked for beside them.

import * as analyser from "./analyser.js";

const SHORTEST_ALONE = 3; // letters of a word that is looked for where the other one is not
const SHORTEST_RUN_ALONE = 2; // characters of Han or kana
const MOST_RELAXED = 6;
const MOST_GROUPS = 24;

// Return the query with its last word whole, and as the beginning of a word.
export function strict(query) {
  const whole = query.required.flatMap((word) => groups(query, word));
  if (!query.words.length) return [whole];
  const last = query.words.at(-1);
  const others = query.required.filter((word) => word !== last);
  const started = [...others.flatMap((word) => groups(query, word)), ...groups(query, last, true)];
  return JSON.stringify(started) === JSON.stringify(whole) ? [whole] : [whole, started];
}

// Return the query with each word or one of its corrections, the last word as a beginning.
export function mended(query, corrections) {
  return mendedWords(query, corrections).flat();
}

// Return the query with each of its words left out in turn, of a long one several at once.
export function relaxed(query, corrections) {
  const words = mendedWords(query, corrections);
  const count = words.length;
  const forms = Math.min(count, MOST_RELAXED);
  const found = [];
  for (let turn = 0; turn < (count > 1 ? forms : 0); turn++) {
    const from = Math.floor((turn * count) / forms);
    const to = Math.floor(((turn + 1) * count) / forms);
    const kept = words.map((_, place) => place).filter((place) => place < from || place >= to);
    if (kept.length > 1 || !saysLittle(query.required[kept[0]])) found.push(kept.flatMap((place) => words[place]));
  }
  return found;
}

function saysLittle(word) {
  return [...word].length < (analyser.isRun(word) ? SHORTEST_RUN_ALONE : SHORTEST_ALONE);
}

function mendedWords(query, corrections) {
  return query.required.map((word) => {
    const own = groups(query, word, word === query.words.at(-1));
    return or(
      own,
      (corrections.get(word) ?? []).map((correction) => correction.word.split(" ")),
    );
  });
}

// Return groups for the word itself, or all words of one of the others: an OR of ANDs as an AND of ORs.
function or(own, others) {
  const single = others.filter((words) => words.length === 1).map(([word]) => [word, false]);
  let found = own.map((group) => [...group, ...single]);
  for (const words of others) {
    if (words.length > 1 && found.length * words.length <= MOST_GROUPS) {
      found = found.flatMap((group) => words.map((word) => [...group, [word, false]]));
    }
  }
  return found;
}

// Return the tokens that a word asks for: of a run of Han or kana its pairs, of a single character a beginning.
function groups(query, word, prefix = false) {
  const tokens = analyser.tokensOf(word);
  if (tokens.length > 1) return tokens.slice(0, -1).map((token) => [[token, false]]);
  const number = query.numbers.get(word);
  const begins = (prefix && !query.exact.has(word)) || analyser.isRun(word);
  return [number ? [[word, begins], [number, false]] : [[word, begins]]]; // prettier-ignore
}
