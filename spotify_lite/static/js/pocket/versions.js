// A song and its versions: live, remastered, karaoke and the like. Pure. A port of catalog/search/versions.py.

import * as analyser from "./analyser.js";

export const MARKS = new Set(
  (
    "live session sessions unplugged acoustic demo instrumental karaoke cover tribute remaster remastered rerecorded " +
    "mono stereo version edit mix remix extended rework style slowed sped nightcore 8d lullaby"
  ).split(" "),
);

const FEATURING = /\s+[([]?(?:feat\.?|ft\.?|featuring)\s.*$/i;
const BRACKETED = /\s*[([（]([^()[\]（）]*)[)\]）]\s*$/;
const DASHED = /\s+[-–—]\s+([^-–—]*)$/;

// Return the title without guests and version remarks: `Tideline (feat. X) - 2011 Remaster` is `Tideline`.
export function coreTitle(title) {
  let core = title.slice(0, 512).replace(FEATURING, "");
  for (;;) {
    const found = BRACKETED.exec(core) ?? DASHED.exec(core);
    if (!found) return core;
    const remark = analyser.read(found[1]).words;
    const says = remark.some((word) => MARKS.has(word) || word === "feat");
    if (!says || !core.slice(0, found.index).trim()) return core;
    core = core.slice(0, found.index);
  }
}

// Return the version words behind a song's name, and what whole albums and bands that are credited are made of.
export function marksOf(title, core, credited) {
  const marks = new Set();
  if (title !== core) {
    for (const word of title.split(" ").slice(core ? core.split(" ").length : 0)) if (MARKS.has(word)) marks.add(word);
  }
  if (credited.includes("karaoke") || credited.includes("tribute")) {
    for (const word of credited.split(/\s+/)) if (word === "karaoke" || word === "tribute") marks.add(word);
  }
  return marks;
}
