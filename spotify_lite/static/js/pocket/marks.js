// Which parts of a name a search matched. Pure. A port of catalog/marks.py.

import * as analyser from "./analyser.js";

const SHORTEST_BEGINNING = 3; // letters; shorter words are marked whole, unless they are the last one
const SHORTEST_JOINED = 3; // letters of a word that may run over several of the name: rem, acdc
const PIECE = /[^\s()[\]«»„“”"]+/g;
const PLAIN = /^[A-Za-z0-9 ]*$/;
const ALPHANUMERIC = /[\p{L}\p{N}]/u;
const MARK = /\p{M}/u;

// Return the words that decide first, then the optional ones; neighbours are also one word.
export function wanted(words) {
  const read = words.flatMap((word) => analyser.read(word).words);
  const decisive = read.some((word) => !analyser.STOP_WORDS.has(word));
  const found = read.map((text, place) => ({
    text,
    run: analyser.isRun(text),
    beginning: place === read.length - 1 || text.length >= SHORTEST_BEGINNING,
    optional: decisive && analyser.STOP_WORDS.has(text),
  }));
  const pairs = read.slice(1).map((other, place) => ({ text: read[place] + other, pair: true }));
  const all = [...found, ...pairs];
  return [...all.filter((word) => !word.optional), ...all.filter((word) => word.optional)];
}

// Return the name in pieces, [text, whether it was matched]; joined they are the name.
export function parts(name, words) {
  if (!words.length || !name) return name ? [[name, false]] : [];
  const [letters, places] = folded(name);
  const matched = new Array(name.length).fill(false);
  for (const word of words) {
    if (word.optional && !matched.includes(true)) continue;
    let spans = beginnings(word, letters, places, name);
    if (!spans.length && !word.pair) {
      spans = together(word, letters, places);
      if (!spans.length && !PLAIN.test(name)) spans = respelt(word, name);
    }
    for (const [begin, end] of spans) matched.fill(true, begin, end);
  }
  return pieces(name, matched);
}

const foldLetter = analyser.remembered((letter) => analyser.fold(letter));

// Return the name folded, without apostrophes, and for each of its letters the place it came from, and the end.
function folded(name) {
  const letters = [];
  const places = [];
  let place = 0;
  for (const character of name) {
    for (const letter of foldLetter(character)) {
      if (letter !== "'") {
        letters.push(letter);
        places.push(place);
      }
    }
    place += character.length;
  }
  return [letters, [...places, name.length]];
}

function indexOf(letters, text, from = 0) {
  const wanted = [...text];
  for (let start = from; start + wanted.length <= letters.length; start++) {
    if (wanted.every((letter, at) => letters[start + at] === letter)) return start;
  }
  return -1;
}

// Return where words of the name begin with a word, or are it.
function beginnings(word, letters, places, name) {
  const spans = [];
  const length = [...word.text].length;
  for (let start = indexOf(letters, word.text); start >= 0; start = indexOf(letters, word.text, start + 1)) {
    const end = start + length;
    const begins = word.run || starts(letters, start) || (length > 1 && "'’".includes(name[places[start] - 1]));
    if (begins && (word.run || word.beginning || starts(letters, end))) {
      spans.push([places[start], following(places, end - 1, name)]);
    }
  }
  return spans;
}

// Return the place behind a letter.
function following(places, at, name) {
  return places[at] + String.fromCodePoint(name.codePointAt(places[at])).length;
}

// Tell whether a word may start, or one has ended, at a place.
function starts(letters, place) {
  if (place === 0 || place === letters.length) return true;
  const [before, after] = [letters[place - 1], letters[place]];
  const both = ALPHANUMERIC.test(before) && ALPHANUMERIC.test(after);
  return !both || analyser.isRun(before) !== analyser.isRun(after);
}

// Return where several words of the name, written together, are the word.
function together(word, letters, places) {
  const wanted = [...word.text];
  if (wanted.length < SHORTEST_JOINED || word.run) return [];
  const kept = letters.map((_, place) => place).filter((place) => ALPHANUMERIC.test(letters[place]));
  const squeezed = kept.map((place) => letters[place]);
  const spans = [];
  for (let start = indexOf(squeezed, word.text); start >= 0; start = indexOf(squeezed, word.text, start + 1)) {
    const [first, last] = [kept[start], kept[start + wanted.length - 1]];
    if (starts(letters, first) && (word.beginning || starts(letters, last + 1))) {
      spans.push([places[first], places[last] + 1]);
    }
  }
  return spans;
}

// Return the words of the name that are the word in other letters, or with signs for letters.
function respelt(word, name) {
  return [...name.matchAll(PIECE)]
    .filter(([piece]) => {
      const { words, others } = analyser.read(piece);
      const is = (spelling) => spelling === word.text || (word.beginning && spelling.startsWith(word.text));
      return words.some(is) || others.some(is);
    })
    .map(({ index, 0: piece }) => [index, index + piece.length]);
}

// Return the name cut where matched letters begin and end; a combining mark belongs to the letter before it.
function pieces(name, matched) {
  for (let place = 1; place < name.length; place++) if (MARK.test(name[place])) matched[place] = matched[place - 1];
  const found = [];
  let begin = 0;
  for (let place = 1; place <= name.length; place++) {
    if (place < name.length && matched[place] === matched[begin]) continue;
    found.push([name.slice(begin, place), matched[begin]]);
    begin = place;
  }
  return found;
}
