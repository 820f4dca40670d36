// Numbers in names: Roman numerals, ordinals, and the `No.` that people leave out before a number. Pure.
// A port of catalog/search/numerals.py; catalog/tests/data/analysed.json proves that both say the same.

const numbered = (words) => new Map(words.split(" ").map((word, place) => [word, String(place + 1)]));
const set = (words) => new Set(words.split(" "));

const ROMAN = numbered("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx");
const ORDINALS = numbered("first second third fourth fifth sixth seventh eighth ninth tenth");
const CARDINALS = numbered("one two three four five six seven eight nine ten");
const SHORT_FOR = new Map([
  ["pt", "part"],
  ["vol", "volume"],
]);
const ORDINAL_ENDINGS = ["st", "nd", "rd", "th"];
const OPTIONAL = set("no nr num number op opus"); // before a number
const COUNTED = new Set([
  ...OPTIONAL,
  ...set("part pt vol volume chapter act book side disc episode season"),
  ...set("symphony sinfonie symphonie concerto konzert sonata sonate quartet suite prelude etude nocturne"),
]); // behind these a single letter or `two` is a number, too
const DECIMAL = /^\p{Nd}+$/u;
const DECIMAL_FIRST = /^\p{Nd}/u;

// Return the words with numerals, ordinals and counted words as numbers.
export function arabic(words) {
  return words.map((word, place) => number(words, place) ?? word);
}

// Return the places of words such as `No.` that stand before a number.
export function needless(words) {
  const places = new Set();
  for (let place = 0; place < words.length - 1; place++) {
    if (OPTIONAL.has(words[place]) && (DECIMAL.test(words[place + 1]) || number(words, place + 1) !== null)) {
      places.add(place);
    }
  }
  return places;
}

// Return [place, it together with what it counts] of each number: `symphony 5` of symphony no 5, 5th symphony.
export function counted(words) {
  const numbers = arabic(words);
  const leftOut = needless(words);
  const kept = words.map((_, place) => place).filter((place) => !leftOut.has(place));
  const found = [];
  kept.forEach((place, at) => {
    if (!DECIMAL.test(numbers[place])) return;
    const before = at ? kept[at - 1] : -1;
    const after = at + 1 < kept.length ? kept[at + 1] : -1;
    if (isOrdinal(words[place]) && after >= 0) found.push([place, `${numbers[after]} ${numbers[place]}`]);
    else if (before >= 0) found.push([place, `${numbers[before]} ${numbers[place]}`]);
  });
  return found;
}

function isOrdinal(word) {
  return ORDINALS.has(word) || (!DECIMAL.test(word) && DECIMAL_FIRST.test(word));
}

// Return the number that a word is, or what it is in full; null where it is what it is.
function number(words, place) {
  const word = words[place];
  if (DECIMAL_FIRST.test(word)) {
    const digits = word.slice(0, -2);
    return DECIMAL.test(digits) && ORDINAL_ENDINGS.includes(word.slice(-2)) ? digits : null;
  }
  if (SHORT_FOR.has(word)) {
    const after = words[place + 1];
    return after !== undefined && (DECIMAL.test(after) || ROMAN.has(after)) ? SHORT_FOR.get(word) : null;
  }
  if (ORDINALS.has(word)) return ORDINALS.get(word);
  const behindACounted = place > 0 && COUNTED.has(words[place - 1]);
  if (behindACounted && CARDINALS.has(word)) return CARDINALS.get(word);
  const roman = place ? (ROMAN.get(word) ?? null) : null;
  if (roman === null || word.length > 1 || behindACounted) return roman;
  return word !== "i" && place === words.length - 1 ? roman : null;
}
