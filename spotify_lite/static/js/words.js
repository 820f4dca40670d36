// What the scripts say, in the page's language. English is the key; other languages come from the server, once.
// The functions have gettext's names, so that its tools find the sentences.

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const catalog = await read(globalThis.document?.documentElement.dataset.words);

export function gettext(english) {
  const said = catalog[english];
  return typeof said === "string" ? said : english;
}

export function ngettext(one, many, count) {
  const said = catalog[one];
  return Array.isArray(said) ? said[count === 1 ? 0 : 1] : count === 1 ? one : many;
}

// Put named values into a sentence: say(gettext("Playing %(title)s"), { title }).
export function say(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (whole, name) => apart(values[name]) ?? whole);
}

// A name that runs from right to left keeps to itself: what stands behind it stays behind it (UAX 9, isolates).
function apart(value) {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

async function read(url) {
  if (!url) return {};
  try {
    const answer = await fetch(url);
    return (await answer.json()).catalog;
  } catch {
    return {}; // English is better than nothing
  }
}
