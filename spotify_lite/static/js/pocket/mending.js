// Which words of a query were misspelt, and what they may have meant. Pure: the index says which words it knows.
// A port of catalog/search/mending.py.

import * as analyser from "./analyser.js";
import * as romanisation from "./romanisation.js";
import * as typos from "./typos.js";

const ENOUGH = 10; // documents with all words of a query: then none was misspelt
const OFFERED = 4; // corrections of a word, where the query is that word
const OFFERED_AMONG_OTHERS = 12; // where other words tell which it is
const PARTED = [5, 20]; // letters of a word that may be several
const WAYS = 2; // to part it
const ALPHABETIC = /^\p{L}+$/u;

// Return a Map of typed words to what they may have meant: [{word, distance, replaced}]. `hits` is how many documents
// have all of the words as they were typed; `lexicon` has `known(word)` and `similar(word, reach)`.
export function corrections(query, lexicon, hits) {
  const alone = query.required.length === 1;
  if (!query.words.length || (hits >= ENOUGH && !alone)) return new Map();
  const found = new Map(query.words.map((word) => [word, []]));
  query.words.slice(1).forEach((other, place) => {
    const one = query.words[place];
    if (!lexicon.known(one + other)) return;
    for (const word of [one, other]) found.get(word).push({ word: one + other, distance: 0, replaced: false });
  });
  for (const word of hits ? [] : query.required) {
    if (lexicon.known(word)) continue;
    const forms = otherScripts(word).filter((form) => lexicon.known(form));
    found.get(word).push(...forms.map((form) => ({ word: form, distance: 0, replaced: false })));
  }
  const begun = hits < ENOUGH ? query.words.at(-1) : null; // may be the beginning of a rare word, and of no other
  for (const word of new Set(query.required)) {
    const known = lexicon.known(word);
    const wrong = !hits || typos.doubtful(known) || (word === begun && !known);
    if (typos.mendable(word) && wrong) found.get(word).push(...misspelt(word, lexicon, { known, hits, alone }));
  }
  const kept = [...found].filter(([word, some]) => some.length && !query.exact.has(word));
  return new Map(kept.map(([word, some]) => [word, once(some)]));
}

function misspelt(word, lexicon, { known, hits, alone }) {
  const most = alone ? OFFERED : OFFERED_AMONG_OTHERS;
  const trusted = hits ? known : undefined;
  const similar = analyser.isRun(word) ? [] : lexicon.similar(word, typos.reach(word));
  const found = typos.choose(word, trusted, similar, { most });
  const [form] = romanisation.spellings(word);
  if (form && !found.length) {
    const forms = lexicon.similar(form, typos.reach(form, true));
    found.push(...typos.choose(form, trusted, forms, { most, foreign: true }));
  }
  const several = !hits && !known && ALPHABETIC.test(word) && word.length >= PARTED[0] && word.length <= PARTED[1];
  if (several) found.push(...typos.parted(word, (piece) => (piece === word ? undefined : lexicon.known(piece)), WAYS));
  return found;
}

// Return each word once, as it was found first.
function once(found) {
  return [...new Map([...found].reverse().map((one) => [one.word, one])).values()].reverse();
}

// Return what a word is in Latin letters, or what a Latin one may be filed under if it was romanised.
function otherScripts(word) {
  return /^[a-z]+$/.test(word) ? romanisation.skeletons(word) : romanisation.spellings(word);
}
