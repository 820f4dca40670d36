// A document as a query sees it: its names in the letters that were typed. Pure. A port of catalog/search/seen.py.

import * as analyser from "./analyser.js";
import * as romanisation from "./romanisation.js";

export class Seen {
  // A document is {title, core, names, aliases, album, tokens}: words with spaces between, names and aliases a line
  // each. `letters` are the words as they were typed, empty where none is Latin; `last` may be the beginning of one.
  constructor(document, letters, last) {
    let { title, core, names, aliases, album } = document;
    if (letters.size && !(isAscii(title) && isAscii(names) && isAscii(aliases) && isAscii(album))) {
      [title, core, names, aliases, album] = [title, core, names, aliases, album].map((text) =>
        isAscii(text)
          ? text
          : text
              .split("\n")
              .map((line) => spelt(line, letters, last))
              .join("\n"),
      );
    }
    this.title = title;
    this.core = core;
    this.names = names.split("\n");
    this.aliases = aliases ? aliases.split("\n") : [];
    this.near = ` ${title} \n ${names} \n ${aliases} `;
    if (names.includes("\n") || aliases.includes("\n")) this.near = this.near.replaceAll("\n", " \n ");
    this.album = ` ${album} `;
    this.tokens = ` ${document.tokens} `;
  }

  everyName() {
    return [this.core, ...this.names, ...this.aliases];
  }

  // Tell whether a word is a whole name without its spaces.
  hasKey(word) {
    if (!this.near.replaceAll(" ", "").includes(word)) return false;
    return this.everyName().some((name) => analyser.keysOf(name).includes(word));
  }

  // Tell whether a number stands with what it counts in any name, as in `symphony 5`, or is one.
  counts(pair) {
    const names = [this.title, ...this.everyName(), this.album.trim()];
    const number = pair.slice(pair.lastIndexOf(" ") + 1);
    return names.includes(number) || names.some((name) => analyser.numbersIn(name).has(pair));
  }

  // Tell whether all of these words, with spaces around them, stand in the title, a name or an alias.
  has(padded) {
    return padded.every((word) => this.near.includes(word));
  }

  hasInAlbum(padded) {
    return padded.every((word) => this.album.includes(word));
  }

  // Tell whether these words stand side by side in any name.
  hasPhrase(words) {
    const phrase = ` ${words.join(" ")} `;
    return this.near.includes(phrase) || this.album.includes(phrase);
  }
}

const isAscii = analyser.isAscii;

function spelt(line, letters, last) {
  const words = line.split(" ").filter(Boolean);
  return words.map((word) => (isAscii(word) ? word : asTyped(word, letters, last))).join(" ");
}

// Return a word of another script as it was typed, if it was.
function asTyped(word, letters, last) {
  if (letters.has(word)) return word;
  const spellings = romanisation.spellings(word);
  const typed = spellings.find((form) => letters.has(form));
  if (typed) return typed;
  const parts = romanisation.parts(word);
  if (parts.some((part) => letters.has(part))) return parts.join(" ");
  return (last && spellings.find((form) => form.startsWith(last))) || word;
}
