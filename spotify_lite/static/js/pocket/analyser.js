// Names and queries as words: the server's way, so that both find the same. Pure.
// A port of catalog/search/analyser.py; catalog/tests/data/analysed.json proves that both read the same words.

import * as numerals from "./numerals.js";
import * as romanisation from "./romanisation.js";

const LONGEST_TEXT = 512; // characters that are read of a name
const LONGEST_WORD = 64;
const LONGEST_JOINED = 16;
const SHORTEST_SIGNS = 2;
export const SHORTEST_NAME = 4; // letters of a name that is looked for without its spaces
const KEPT = 20_000; // names that stay read

export const STOP_WORDS = new Set(["the", "a", "an", "of", "and", "in", "o", "n", "feat", "ft", "by", "to"]);

const ASCII = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex
const PLAIN = /^[a-z0-9 ]*$/;
const ASCII_NOISE = /[^a-z0-9./\-,:]+/g;
const NOISE = /[^\p{L}\p{M}\p{N}./\-,:]/gu;
const JOINERS = /[./\-,:]+/;
const ALPHANUMERIC = /[\p{L}\p{N}]/u;
const ELISION = /(?<![\p{L}\p{N}_])[\p{L}\p{N}_]'([\p{L}\p{N}_]{2,})/gu;
const CJK = /([\u3005\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}]+)/u;
const RUN = new RegExp(`^${CJK.source}$`, "u");
const UMLAUT = /[äöüøåÄÖÜØÅ\u0308\u030a]/;
const WRITTEN_OUT = { ä: "ae", ö: "oe", ü: "ue", ø: "oe", å: "aa" };

const LETTERS_AS_SIGNS = [
  [/(?<=[\p{L}\p{N}_])!(?=[\p{L}\p{N}_])/gu, "i"], // P!nk
  [/\$(?=[\p{L}\p{Nl}\p{No}_])|(?<=[\p{L}\p{Nl}\p{No}_])\$/gu, "s"], // Ke$ha
  [/(?<=[\p{L}\p{N}_])@(?=[\p{L}\p{N}_])/gu, "a"],
  [/[&+]/g, " and "],
];

const FOLDED = /[øłđħıŧŋðæœþ’‘ʼʻ`´′＇‐‑\u30a1-\u30f6\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const FOLDS = { ø: "o", ł: "l", đ: "d", ħ: "h", ı: "i", ŧ: "t", ŋ: "ng", ð: "d", æ: "ae", œ: "oe", þ: "th" };
for (const mark of "’‘ʼʻ`´′＇") FOLDS[mark] = "'";
for (const mark of "‐‑") FOLDS[mark] = "-";
for (let code = 0x30a1; code < 0x30f7; code++) FOLDS[String.fromCharCode(code)] = String.fromCharCode(code - 0x60);

// Marks whose canonical combining class is that of accents and pointing: kana voicing, Indic and Thai signs are not.
const ACCENTS =
  /(?=\p{M})[\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a\u07eb-\u07f3\u0816-\u082d\u0859-\u085b\u0898-\u08ff\u0951-\u0954\u1ab0-\u1ace\u1dc0-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2de0-\u2dff\u302a-\u302f\ua66f\ua674-\ua67d\ua69e\ua69f\ufb1e\ufe20-\ufe2f]/gu;

// Return the text without case, width, accents and invisible characters.
export function fold(text) {
  if (text.length > LONGEST_TEXT) text = [...text].slice(0, LONGEST_TEXT).join("");
  if (ASCII.test(text)) return text.toLowerCase();
  const cased = text
    .replace(/\p{Cs}/gu, "")
    .normalize("NFKC")
    .toLowerCase()
    .toUpperCase() // what has no single large letter, such as ß, is folded on this way
    .toLowerCase()
    .replaceAll("ς", "σ");
  const plain = cased.replace(FOLDED, (letter) => FOLDS[letter] ?? "");
  if (ASCII.test(plain)) return plain;
  return plain.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
}

// Return what `make` makes of a text, and remember it.
export function remembered(make) {
  const known = new Map();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      found = make(text);
      if (known.size >= KEPT) known.clear();
      known.set(text, found);
    }
    return found;
  };
}

// Return {words, others} of a name: its words in order, and the spellings that it is found by besides.
export function read(text) {
  const folded = fold(text);
  let words;
  let others = [];
  if (PLAIN.test(folded)) words = folded.split(" ").filter(Boolean).map(cut);
  else [words, others] = wordsOf(folded);
  if (!ASCII.test(text)) others.push(...foreign(words, text));
  const numbers = numerals.arabic(words);
  for (let place = 0; place < words.length; place++) {
    if (numbers[place] !== words[place]) others.push(numbers[place]);
  }
  return { words, others };
}

// Return the words of what was typed. Signs between spaces are a word, too: they may be somebody's name.
export function readQuery(text) {
  const words = [];
  let signs = "";
  for (const chunk of [...split(text), ""]) {
    if (chunk && !["&", "+", "&+"].includes(chunk) && !ALPHANUMERIC.test(chunk)) {
      signs += chunk;
      continue;
    }
    if ([...signs].length >= SHORTEST_SIGNS) words.push(...read(signs).words);
    signs = "";
    words.push(...read(chunk).words);
  }
  return words.length ? words : read(text).words;
}

export function split(text) {
  return text.split(/\s+/).filter(Boolean);
}

function cut(word) {
  return word.length > LONGEST_WORD ? [...word].slice(0, LONGEST_WORD).join("") : word;
}

function wordsOf(folded) {
  const others = [...folded.matchAll(ELISION)].map((found) => found[1]);
  const letters = LETTERS_AS_SIGNS.reduce((text, [pattern, put]) => text.replace(pattern, put), folded);
  const words = [];
  for (const chunk of split(onlyWords(letters.replaceAll("'", "")))) {
    const parts = chunk.split(JOINERS).filter(Boolean);
    const whole = parts.join("");
    if (parts.length > 1 && whole.length <= LONGEST_JOINED) others.push(whole);
    for (const part of parts) words.push(...part.split(CJK).filter(Boolean).map(cut));
  }
  if (!words.length) {
    const signs = split(folded).join("");
    if (signs) words.push(cut(signs));
  }
  return [words, others];
}

// Return the words of a text with other letters as they are typed without them.
function foreign(words, text) {
  const found = [];
  for (const word of words) {
    if (!ASCII.test(word)) found.push(...romanisation.spellings(word), ...romanisation.parts(word));
  }
  if (UMLAUT.test(text)) {
    const written = [...text].slice(0, LONGEST_TEXT).join("").normalize("NFC").toLowerCase();
    const out = written.replace(/[äöüøå]/g, (letter) => WRITTEN_OUT[letter]);
    found.push(...wordsOf(fold(out))[0].filter((word) => !words.includes(word)));
  }
  return found;
}

function onlyWords(text) {
  return ASCII.test(text) ? text.replace(ASCII_NOISE, " ") : text.replace(NOISE, " ");
}

export function isAscii(text) {
  return ASCII.test(text);
}

// Tell whether a word is a run of Han or kana, which is written without spaces.
export function isRun(word) {
  return RUN.test(word);
}

// Return what the index holds of a word: for Han and kana its pairs and its last character.
export function tokensOf(word) {
  if (ASCII.test(word) || !RUN.test(word)) return [word];
  const letters = [...word];
  return [...letters.slice(0, -1).map((letter, place) => letter + letters[place + 1]), letters.at(-1)];
}

export function key(words) {
  return words.join("");
}

// Return the words that must be found; all of them where nothing else is there, as in `the the`.
export function withoutStopWords(words) {
  const needless = numerals.needless(words);
  const needed = words.filter(
    (word, place) => !STOP_WORDS.has(word) && !needless.has(place) && ALPHANUMERIC.test(word),
  );
  return needed.length ? needed : words;
}

// Return the keys of a name that was read: of all its words, and of those that must be found, numbers in digits.
export const keysOf = remembered((name) => {
  const words = name.split(" ").filter(Boolean);
  return [key(words), key(withoutStopWords(numerals.arabic(words)))];
});

// Return the words of a name that was read which must be found.
export const needed = remembered((name) => new Set(withoutStopWords(name.split(" ").filter(Boolean))));

// Return the numbers of a name that was read with what they count: `symphony 5`.
export const numbersIn = remembered(
  (name) => new Set(numerals.counted(name.split(" ").filter(Boolean)).map(([, pair]) => pair)),
);

// Return the keys of words of other scripts as they are typed in Latin letters; nothing for Latin words.
export function latinKeysOf(words) {
  const spelt = words.map((word) => [word, romanisation.spellings(word)]);
  if (!spelt.some(([, spellings]) => spellings.length)) return [];
  return [
    key(spelt.map(([word, spellings]) => spellings[0] ?? word)),
    skeletonKey(spelt.map(([word, spellings]) => spellings.at(-1) ?? word)),
  ];
}

// Return one key of several skeletons.
export function skeletonKey(words) {
  const bare = words.map((word) => (word.startsWith(romanisation.SKELETON) ? word.slice(1) : word));
  return romanisation.SKELETON + bare.join("");
}
