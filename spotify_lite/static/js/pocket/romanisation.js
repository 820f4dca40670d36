// Words of other scripts in Latin letters, as people type them. Pure, but for the table of letters, which the names
// bring with them (`learn`). A port of catalog/search/romanisation.py.

const LONGEST = 24; // characters; what is longer is a sentence without spaces
export const SKELETON = "^"; // what a skeleton begins with; no word does
const SHORTEST_KANA = 2;

const KANA = /^[\u3041-\u3096ー]+$/;
const KANA_RUNS = /[\u3041-\u3096ー]+/g;
const HAN = /^[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}]+$/u;
const ALPHABETIC = /[\u0370-\u058f\u10a0-\u10ff\u1c80-\u1cbf\u1f00-\u1fff\u2d00-\u2d2f]/;
const HANGUL = /[\uac00-\ud7a3]/;
const NO_LETTER = /[^a-z0-9]+/g;
const ASCII = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex

const rules = (...pairs) => pairs.map(([pattern, put]) => [new RegExp(pattern, "gu"), put]);
const spelt = (text, list) => list.reduce((word, [pattern, put]) => word.replace(pattern, put), text);

const KANA_TABLE = `
あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し shi す su せ se そ so た ta ち chi つ tsu て te と to
な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho ま ma み mi む mu め me も mo や ya ゆ yu よ yo
ら ra り ri る ru れ re ろ ro わ wa ゐ i ゑ e を o ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ ji ず zu ぜ ze ぞ zo
だ da ぢ ji づ zu で de ど do ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ゔ vu ゕ ka ゖ ke
`
  .trim()
  .split(/\s+/);
const SYLLABLES = new Map(KANA_TABLE.flatMap((kana, place) => (place % 2 ? [] : [[kana, KANA_TABLE[place + 1]]])));
const SMALL = { ぁ: "a", ぃ: "i", ぅ: "u", ぇ: "e", ぉ: "o", ゃ: "ya", ゅ: "yu", ょ: "yo", ゎ: "wa" };
const LONG_VOWELS = [
  ["ou|oo", "o"],
  ["uu", "u"],
  ["aa", "a"],
  ["ii", "i"],
  ["ee", "e"],
];
const SHORT_VOWELS = rules(...LONG_VOWELS);
const JAPANESE = rules(
  ["oh(?![aiueoy])", "o"],
  ["tch|cch", "tty"],
  ["cch", "tty"],
  ["sh(?=[auoe])", "sy"],
  ["shi", "si"],
  ["ch(?=[auoe])", "ty"],
  ["chi", "ti"],
  ["tsu", "tu"],
  ["jy?(?=[auoe])", "zy"],
  ["ji", "zi"],
  ["fu", "hu"],
  ["d[zj]", "z"],
  ["m(?=[bpm])", "n"],
  ["^wo$", "o"],
  ...LONG_VOWELS,
  ["n'", "n"],
);
const EUROPEAN = rules(
  ["shch|(?<!t)sch", "sh"],
  ["q|ck", "k"],
  ["tsch|tch|ch|cz|tz|ts", "q"],
  ["c", "k"],
  ["sh", "s"],
  ["zh", "z"],
  ["kh", "h"],
  ["gh", "g"],
  ["ph", "f"],
  ["th", "t"],
  ["x", "ks"],
  ["w", "v"],
  ["ou", "u"],
  ["[yj]", "i"],
  ["(.)\\1+", "$1"],
  ["i(?=[eo])", ""],
  ["io", "e"],
);
const KOREAN = rules(
  ["ch", "j"],
  ["g", "k"],
  ["d", "t"],
  ["b", "p"],
  ["r", "l"],
  ["sh", "s"],
  ["woo|oo|wu", "u"],
  ["eo", "o"],
  ["ae", "e"],
  ["eu", "u"],
  ["(.)\\1+", "$1"],
);
const GREEK = rules(
  ["μπ", "b"],
  ["^ντ", "d"],
  ["^γκ", "g"],
  ["γγ|γκ", "ng"],
  ["γχ", "nch"],
  ["ου", "ou"],
  ["([αε])υ(?=[αεηιουωβγδζλμνρ])", "$1v"],
  ["([αε])υ", "$1f"],
);

let letters = new Map(); // of other scripts -> as they are typed

// Take over how letters are typed.
export function learn(table) {
  letters = new Map(Object.entries(table));
}

// Return how a folded word of another script is typed in Latin letters, the most usual first, its skeleton last.
export function spellings(word) {
  if (ASCII.test(word) || [...word].length > LONGEST) return [];
  if (KANA.test(word)) return japanese(word);
  if (HAN.test(word)) return [parts(word).join("")];
  if (HANGUL.test(word)) return [latin(word), SKELETON + spelt(latin(word), KOREAN)];
  if (!ALPHABETIC.test(word)) return [];
  const spoken = latin(spelt(word, GREEK));
  return once([spoken, latin(word), SKELETON + spelt(spoken, EUROPEAN)]);
}

// Return what people type of a run alone: the syllables of Han, and a name in kana among Han.
export function parts(word) {
  if (ASCII.test(word) || [...word].length > LONGEST) return [];
  if (HAN.test(word)) return [...word].map(latin).filter(Boolean);
  const runs = (word.match(KANA_RUNS) ?? []).filter((run) => run.length >= SHORTEST_KANA && run.length < word.length);
  return once(runs.flatMap(japanese));
}

// Return what a typed Latin word stands under if it is a romanised one, by the way it was spelt.
export function skeletons(word) {
  return [JAPANESE, EUROPEAN, KOREAN].map((list) => SKELETON + spelt(word, list));
}

function japanese(run) {
  let written = "";
  let doubled = false;
  for (const kana of run) {
    if (kana === "っ") doubled = true;
    else if (kana === "ー") written += written.slice(-1);
    else if (SMALL[kana]) written = withSmall(written, SMALL[kana]);
    else {
      let syllable = SYLLABLES.get(kana) ?? "";
      if (doubled && syllable) syllable = (syllable.startsWith("ch") ? "t" : syllable[0]) + syllable;
      doubled = false;
      written += syllable;
    }
  }
  return once([written, spelt(written, SHORT_VOWELS), SKELETON + spelt(written, JAPANESE)]);
}

// Return the last syllable with a small kana behind it: ki + ya is kya, shi + ya is sha, fu + a is fa.
function withSmall(written, small) {
  if (!/[aiueo]$/.test(written)) return written + small;
  const stem = written.slice(0, -1);
  const glides = "yw".includes(small[0]);
  if (glides && /(sh|ch|j)$/.test(stem)) return stem + small.slice(1);
  if (!glides && !stem) return written === "u" ? `w${small}` : written + small;
  return stem + small;
}

function latin(text) {
  return [...text]
    .map((letter) => letters.get(letter) ?? letter)
    .join("")
    .replace(NO_LETTER, "");
}

function once(forms) {
  return [...new Set(forms.filter(Boolean))];
}
