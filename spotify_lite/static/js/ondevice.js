// The page "On this device": drawn from the rows that are kept, so it is whole without a network. With ?artist= or
// ?genre= it shows what is here of one of them.

import { cover } from "./address.js";
import * as device from "./device.js";
import { el, icon } from "./element.js";
import * as here from "./here.js";
import * as kept from "./kept.js";
import * as rows from "./rows.js";
import * as songrows from "./songrows.js";
import * as space from "./space.js";
import { size } from "./sizes.js";
import { Virtual } from "./virtual.js";
import { gettext, ngettext, say } from "./words.js";

const SIDE_BY_SIDE = 40; // wishes up to which all of them are in the page
const byName = new Intl.Collator(document.documentElement.lang || undefined);
const long = new WeakMap(); // list -> {virtual, things}: those in sight are in the page
const drawn = new WeakMap(); // row -> what it shows

let context = {};

export function start(given) {
  context = given;
  for (const name of ["kept", "reach"]) document.addEventListener(name, () => show(document.querySelector("main")));
  document.addEventListener("keeping", ({ detail }) => comes(detail));
  document.addEventListener("change", async ({ target }) => {
    if (target.name !== "budget") return;
    await space.setBudget(Number(target.value));
    await show(document.querySelector("main"));
  });
  document.addEventListener("input", ({ target }) => {
    if ("deviceFilter" in target.dataset) songs(document.querySelector("[data-device]"));
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-drop], [data-clear-habit]");
    if (!button) return;
    if ("drop" in button.dataset) device.keeper(context).then((keep) => keep.drop(button.dataset.drop));
    else clear();
  });
}

// Draw what is here, where the page has a place for it.
export async function show(main) {
  const place = main.querySelector("[data-device]");
  if (!place) return;
  await kept.ready();
  part(place, "instead", location.pathname !== "/device"); // the worker had no other page for this address
  wishes(place);
  songs(place);
  await facts(place);
}

function wishes(place) {
  const found = only() ? [] : kept.wanted().sort((one, other) => other.at - one.at);
  part(place, "wishes", found.length);
  const list = place.querySelector("[data-wishes]");
  if (found.length <= SIDE_BY_SIDE && !long.has(list)) list.replaceChildren(...found.map(wish));
  else draw(list, found, wish);
}

// Draw of a list that may have thousands what is in sight; a row that stands, and is of the same, stays.
function draw(list, things, make) {
  if (!long.has(list)) {
    const put = () => rows.mark(list, context.player);
    long.set(list, { virtual: new Virtual(list, { put }) });
    rows.lengthen(list, { play: (item) => play(list, item) });
  }
  const { virtual } = long.get(list);
  long.get(list).things = things;
  virtual.row = (at, now) => {
    const thing = things[at];
    const item = now && drawn.get(now) === thing ? now : make(thing);
    drawn.set(item, thing);
    item.setAttribute("aria-posinset", at + 1);
    item.setAttribute("aria-setsize", things.length);
    return item;
  };
  virtual.resize(things.length, { anew: true });
}

// Play a list from one of its rows on.
function play(list, item) {
  const { virtual, things } = long.get(list);
  const pressed = things[virtual.placeOf(item)].track;
  const tracks = things.map(({ track }) => track).filter((track) => track.audio_url);
  context.player.playList(tracks, tracks.indexOf(pressed), { from: list.dataset.list });
}

function wish({ key, kind, id, title, artist, cover_url, state, tracks }) {
  const count = tracks?.length ?? 0;
  const come = (tracks ?? []).filter(kept.has).length;
  const picture = cover(kind === "album" ? { cover_url, album: { id } } : { cover_url, id }, 160);
  const remove = el("button", { type: "button", class: "ib", "data-drop": key }, icon("x"));
  remove.setAttribute("aria-label", say(gettext("No longer keep %(title)s"), { title }));
  return el(
    "li",
    { class: "holding", "data-wish": key, "data-state": state },
    el("img", { src: picture, width: 56, height: 56, alt: "", loading: "lazy" }),
    el(
      "span",
      { class: "what" },
      el("a", { href: `/${kind}s/${id}`, class: "cut", dir: "auto", title }, title),
      el("span", { class: "sub cut", dir: "auto" }, artist),
      el("span", { class: "sub", "data-says": true }, says(state, come, count)),
    ),
    el("progress", {
      value: count ? come / count : 0,
      max: 1,
      hidden: state !== "wanted",
      "aria-label": gettext("Here"),
    }),
    remove,
  );
}

function says(state, come, count) {
  if (state === "full") return gettext("This device is full. What is here plays.");
  if (state === "refused") return gettext("Cannot be kept right now");
  const words = { here: come, count };
  if (state === "wanted") return say(gettext("%(here)s of %(count)s songs are here"), words);
  return say(ngettext("%(count)s song", "%(count)s songs", come), { count: come });
}

function comes({ key, done, count, share }) {
  const item = document.querySelector(`[data-wish="${key}"]`);
  if (!item) return;
  item.querySelector("progress").value = (done + share) / count;
  item.querySelector("[data-says]").textContent = says("wanted", done, count);
}

function songs(place) {
  const asked = place.querySelector("[data-device-filter]").value.trim().toLocaleLowerCase();
  const names = ({ title, artist, album }) => `${title} ${artist} ${album?.title ?? ""}`.toLocaleLowerCase();
  const pinned = space.pinned();
  const of = only() ?? (() => true);
  const found = kept.all().filter((row) => of(row) && names(row.track).includes(asked));
  for (const [name, mine] of [
    ["asked", found.filter(({ id }) => pinned.has(id)).sort(inAlbums)],
    ["habit", found.filter(({ id }) => !pinned.has(id)).sort((one, other) => other.at - one.at)],
  ]) {
    part(place, name, mine.length);
    draw(place.querySelector(`[data-songs="${name}"]`), mine, song);
  }
  place.querySelector("[data-part=none]").hidden = kept.all().length > 0 || kept.wanted().length > 0;
  place.querySelector("[data-part=missed]").hidden = found.length > 0 || kept.all().length === 0;
  place.querySelector("[data-part=filter]").hidden = kept.all().length === 0;
}

// As on their albums, the albums by their names.
function inAlbums({ track: one }, { track: other }) {
  const name = ({ artist, album }) => `${album?.title ?? ""} ${album?.id ?? ""} ${artist}`;
  return (
    byName.compare(name(one), name(other)) ||
    one.disc_number - other.disc_number ||
    one.track_number - other.track_number
  );
}

function song({ track, bytes }) {
  const item = songrows.song(track, { picture: true, under: "artist" });
  item.querySelector(".time")?.setAttribute("title", size(bytes));
  return item;
}

// Return what the address asks for, as a test of a row; null where it asks for all.
function only() {
  const asked = new URLSearchParams(location.search);
  const [kind, value] = [...asked].find(([name]) => name === "artist" || name === "genre") ?? [];
  return kind ? here.of(kind, value) : null;
}

async function facts(place) {
  const all = kept.all();
  const bytes = all.reduce((sum, row) => sum + row.bytes, 0);
  const { quota, usage, persisted } = await space.estimate();
  const count = say(ngettext("%(count)s song", "%(count)s songs", all.length), { count: all.length });
  document.querySelector("main [data-sum]").textContent = all.length ? `${count}, ${size(bytes)}` : "";
  const free = quota === null ? "" : say(gettext("%(size)s are free for this browser."), { size: size(quota - usage) });
  const safe = persisted ? gettext("The browser keeps all of it until you remove it.") : "";
  place.querySelector("[data-free]").textContent = [free, safe].filter(Boolean).join(" ");
  const chosen = space.budget();
  for (const box of place.querySelectorAll('[name="budget"]')) box.checked = Number(box.value) === chosen;
}

function part(place, name, count) {
  place.querySelector(`[data-part="${name}"]`).hidden = !count;
}

async function clear() {
  const pinned = space.pinned();
  await space.drop(kept.all().filter(({ id }) => !pinned.has(id)));
  context.say(gettext("What stayed by itself is removed."));
}
