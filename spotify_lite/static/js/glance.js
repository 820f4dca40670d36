// What the device itself finds, drawn as templates/_results.html draws what the server finds: so that nothing jumps when
// the server's answer takes its place.

import { el, icon } from "./element.js";
import * as pocket from "./pocket.js";
import { song } from "./songrows.js";
import { gettext, ngettext, say } from "./words.js";

const KINDS = { songs: "tracks", artists: "artists", albums: "albums" }; // as the address says them: as the index does
const SHOWN = { songs: 8, artists: 12, albums: 12 }; // on the page of all kinds, as in catalog/results.py
const ASKED = 13;
const ALONE = 50; // of one kind

export const { renew, ready } = pocket;

// Return what the device finds as nodes; null where it knows nothing, or nothing is found and the server may know more.
export async function draw(query, kind, { alone = false } = {}) {
  const limit = kind ? ALONE + 1 : ASKED;
  const found = await pocket.search(query, { limit, kinds: kind ? [KINDS[kind]] : undefined });
  if (!found || (!alone && !names(found).length)) return null;
  const at = { query, kind };
  const heads = el("div", { class: "heads" }, kinds(at, found), ...only(found));
  const nodes = [heads, ...mended(at, found)];
  if (names(found).length) nodes.push(says(at, found), lists(at, found));
  else nodes.push(nothing(query));
  return alone ? [...nodes, away(found)] : nodes;
}

function names(found) {
  return Object.keys(KINDS).filter((name) => found[KINDS[name]].length);
}

function shown(found, name, { kind }) {
  return found[KINDS[name]].slice(0, kind ? ALONE : SHOWN[name]);
}

function more(found, name, at) {
  return found[KINDS[name]].length > shown(found, name, at).length;
}

function address({ query }, kind) {
  return `/search?${new URLSearchParams({ q: query, ...(kind && { kind }) })}`;
}

// The kinds, and how many there are of each where all are known.
function kinds(at, found) {
  const words = { "": gettext("All"), songs: gettext("Songs"), artists: gettext("Artists"), albums: gettext("Albums") };
  const counted = (name) => name && found.whole && ["", name].includes(at.kind ?? "") && !more(found, name, at);
  const links = Object.entries(words).map(([name, word]) => {
    const current = (at.kind ?? "") === name ? "page" : null;
    const count = counted(name) ? [" ", el("small", {}, found[KINDS[name]].length.toLocaleString(language()))] : [];
    return el("a", { href: address(at, name), "aria-current": current }, word, ...count);
  });
  return el("nav", { class: "kinds", "aria-label": gettext("Show") }, ...links);
}

function only({ fields }) {
  if (!fields.length) return [];
  const words = { artist: gettext("Artist"), album: gettext("Album"), genre: gettext("Genre"), year: gettext("Year") };
  const items = fields.map(([field, value]) =>
    el("li", {}, el("span", {}, `${words[field]}:`), " ", el("bdi", {}, value)),
  );
  return [el("ul", { class: "only", "aria-label": gettext("Only") }, ...items)];
}

function mended(at, found) {
  if (!Object.keys(found.corrected).length) return [];
  const before = put(gettext("Showing results for %(query)s."), el("b", { dir: "auto" }, found.mended));
  const instead = put(gettext("Search for %(query)s instead"), el("bdi", {}, at.query));
  const link = el("a", { href: address({ query: found.asTyped }, at.kind) }, el("span", {}, ...instead));
  return [el("p", { class: "line" }, el("span", {}, ...before), " ", link)];
}

// Return a sentence with a node in the place of %(query)s.
function put(sentence, node) {
  const [before, after] = sentence.split("%(query)s");
  return [before, node, after ?? ""];
}

// What is read out of it.
function says(at, found) {
  const counts = {
    songs: (count) => ngettext("%(number)s song", "%(number)s songs", count),
    artists: (count) => ngettext("%(number)s artist", "%(number)s artists", count),
    albums: (count) => ngettext("%(number)s album", "%(number)s albums", count),
  };
  const told = names(found).map((name) => {
    const { length } = shown(found, name, at);
    const further = more(found, name, at) ? ` ${gettext("and more")}` : "";
    return say(counts[name](length), { number: String(length) }) + further;
  });
  return el("p", { hidden: true, "data-says": true }, told.join(", "));
}

function lists(at, found) {
  const best = at.kind ? null : found.best;
  const drawn = { songs, artists, albums };
  const sections = names(found).map((name) => section(name, at, found, drawn[name](shown(found, name, at), at)));
  const plain = !best || !found.tracks.length;
  return el("div", { class: `results${plain ? " plain" : ""}` }, ...(best ? [large(best)] : []), ...sections);
}

function section(name, at, found, list) {
  const headings = { songs: gettext("Songs"), artists: gettext("Artists"), albums: gettext("Albums") };
  const further = { songs: gettext("More songs"), artists: gettext("More artists"), albums: gettext("More albums") };
  const link =
    !at.kind && more(found, name, at) ? [el("a", { class: "link", href: address(at, name) }, further[name])] : [];
  const header = el("header", {}, el("h2", { id: name }, headings[name]), ...link);
  return el(
    "section",
    { class: `part ${name === "songs" ? "songs" : "whole"}`, "aria-labelledby": name },
    header,
    list,
  );
}

function songs(rows, { query }) {
  return el("ol", { class: "rows", "data-list": query }, ...rows.map(row));
}

// A song, whose address is asked for when it is pressed.
function row(found) {
  const track = asTrack(found);
  const { title, artist, album } = found.parts;
  const on = album ? [" · ", el("bdi", {}, ...marked(album))] : [];
  const item = song(track, { picture: true, under: "artist", playable: !found.silent });
  const [name, by] = [item.querySelector(".hit"), item.querySelector(".sub")];
  name.firstChild.replaceWith(...marked(title));
  by?.querySelector("bdi").replaceChildren(...marked(artist));
  by?.append(...on);
  item.querySelector("img").replaceWith(picture(...drawnFor("tracks", found), found.cover, 44));
  if (!found.silent) item.dataset.track = JSON.stringify(track);
  return item;
}

function asTrack({ id, title, artist, artists, album, duration_ms, explicit, cover }) {
  const linked = artists.filter(({ role }) => role !== "other");
  return {
    id,
    title,
    artist,
    artists: linked,
    album,
    duration_ms,
    explicit,
    cover_url: coverOf(cover, 320),
    audio_url: null,
  };
}

function artists(rows, { kind }) {
  return el("ul", { class: `people${kind ? " all" : ""}` }, ...rows.map((found) => card("artists", found)));
}

function albums(rows) {
  return el("ul", { class: "grid" }, ...rows.map((found) => card("albums", found)));
}

function card(kind, found) {
  const round = kind === "artists";
  const name = round ? found.name : found.title;
  const link = el("a", { href: `/${kind}/${found.id}` }, ...marked(found.parts.name ?? found.parts.title));
  return el(
    "li",
    { class: round ? "card round" : "card" },
    picture(...drawnFor(kind, found), found.cover, round ? 136 : 160),
    el("h3", { class: "cut2", dir: "auto", title: name }, link),
    ...(round ? [] : [el("p", { class: "cut", dir: "auto" }, ...marked(found.parts.artist))]),
  );
}

// The one that is shown large: a song plays, all else opens.
function large({ kind, row: found }) {
  const isSong = kind === "tracks";
  const name = found.title ?? found.name;
  const href = `/${kind}/${found.id}`;
  const parts = marked(found.parts.title ?? found.parts.name);
  const title = el("a", { href, "data-first": !isSong || found.silent }, ...parts);
  const play = el(
    "button",
    {
      type: "button",
      class: "ib play",
      "aria-label": say(gettext("Play %(name)s"), { name }),
      "data-play-page": href,
      "data-first": isSong,
    },
    icon("play"),
  );
  const about = el(
    "div",
    {},
    el("p", { class: "small muted" }, sort(kind, found)),
    el("h3", { class: "cut2", dir: "auto", title: name }, title),
    ...(kind === "artists" ? [] : [el("p", { class: "small cut muted", dir: "auto" }, ...marked(found.parts.artist))]),
    ...(found.silent ? [el("p", { class: "small muted" }, gettext("Not playable yet"))] : []),
  );
  const article = el(
    "article",
    { class: kind === "artists" ? "best round" : "best" },
    picture(...drawnFor(kind, found), found.cover, 320),
    about,
    ...(found.silent ? [] : [play]),
  );
  const header = el("header", {}, el("h2", { id: "best" }, gettext("Top result")));
  return el("section", { class: "part", "aria-labelledby": "best" }, header, article);
}

function sort(kind, { kind: release, year }) {
  if (kind === "artists") return gettext("Artist");
  if (kind === "tracks") return gettext("Song");
  const words = { ep: gettext("EP"), single: gettext("Single"), compilation: gettext("Compilation") };
  const word = words[release] ?? gettext("Album");
  return year ? `${word}, ${year}` : word;
}

// Return for what a missing cover is drawn.
function drawnFor(kind, { id, album }) {
  if (kind !== "tracks") return [kind.slice(0, -1), id];
  return album ? ["album", album.id] : ["track", id];
}

function coverOf(key, size) {
  return key ? `/covers/${key.slice(0, 2)}/${key}/${size}.webp` : null;
}

// An image of so many pixels a side, as the pages of the server have it: the same address is not fetched twice.
function picture(kind, id, key, width) {
  const size = (wish) => [64, 160, 320, 640].find((one) => one >= Math.min(wish, 640));
  const src = coverOf(key, size(width)) ?? `/drawn/${kind}/${id}.svg`;
  const srcset = key ? `${coverOf(key, size(2 * width))} 2x` : null;
  const loading = width < 200 ? "lazy" : null;
  return orPlain(el("img", { src, srcset, width, height: width, alt: "", loading, decoding: "async" }));
}

// A cover that is not on this device stays a plain square without a network.
function orPlain(image) {
  const empty = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
  const plain = () => {
    image.removeAttribute("srcset");
    image.src = empty;
  };
  image.addEventListener("error", plain, { once: true });
  return image;
}

function marked(parts) {
  return parts.map(([text, is]) => (is ? el("mark", {}, text) : text));
}

function nothing(query) {
  const sentence = put(gettext("Nothing found on this device for %(query)s."), el("b", { dir: "auto" }, query));
  return el("p", { class: "line", "data-says": true }, el("span", {}, ...sentence));
}

// Say that the server had no part in it.
function away({ whole }) {
  const sentence = whole
    ? gettext("The server is away: this is what this device knows by name.")
    : gettext("The server is away: this is what this device knows by name, which is the most played songs.");
  return el("p", { class: "line", "data-away": true }, el("span", {}, sentence));
}

function language() {
  return document.documentElement.lang || undefined;
}
