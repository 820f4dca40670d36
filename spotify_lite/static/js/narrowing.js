// While the answer to a longer word is on its way, what stands and matches it stays bright and the rest steps back.
// Nothing moves before the answer comes.

const ITEMS = ".row, .card, .best";
const BETWEEN = /[^\p{L}\p{M}\p{N}]+/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

// Say whether every typed word begins a word of the text, whatever its case and accents; where words have no spaces
// between them, whether it stands in it. Pure.
export function matches(text, query) {
  const within = folded(text);
  const words = within.split(BETWEEN);
  const stands = (typed) =>
    words.some((word) => word.startsWith(typed)) || (UNSPACED.test(typed) && within.includes(typed));
  return folded(query).split(BETWEEN).every(stands);
}

// Narrow the results of the search `standing` to those of a longer one; where that leaves nothing they stay whole.
export function narrow(results, { standing, query }) {
  const items = [...results.querySelectorAll(ITEMS)];
  const longer = standing && query !== standing && folded(query).startsWith(folded(standing));
  const left = new Set(longer ? items.filter((item) => matches(item.textContent, query)) : []);
  for (const item of items) item.toggleAttribute("data-apart", left.size > 0 && !left.has(item));
}

export function widen(results) {
  for (const item of results.querySelectorAll("[data-apart]")) item.removeAttribute("data-apart");
}

function folded(text) {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain.normalize("NFC").toLowerCase(); // kana keep their voicing
}
