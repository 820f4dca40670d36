// Rows of songs: press to play the list from there on, and see which one sounds.

import { cover } from "./address.js";
import { clock } from "./clock.js";
import { bars, el, icon } from "./element.js";
import * as lists from "./lists.js";
import { gettext, say } from "./words.js";

const built = new WeakMap(); // rows that are made here -> their tracks
const long = new WeakMap(); // lists of which the page has a part -> what plays them; see longlists.js

export function start({ player, api, tell }) {
  document.addEventListener("click", async (event) => {
    const pressed = event.target.closest?.("[data-play], [data-play-all], [data-play-page], [data-jump]");
    if (!pressed) return;
    if ("jump" in pressed.dataset) player.jump(Number(pressed.dataset.jump));
    else if ("playPage" in pressed.dataset) {
      const found = await lists.read(pressed.dataset.playPage, api);
      if (found?.tracks.length) player.playList(found.tracks, null, { from: found.name });
      else tell(gettext("There is nothing here that can be played right now."));
    } else if ("playAll" in pressed.dataset) playPage(player, { shuffle: "shuffle" in pressed.dataset });
    else playRow(player, pressed.closest(".row"));
  });
  player.addEventListener("change", () => mark(document, player));
}

// Let a list of which the page has only a part be played by `source.play(row, {shuffle})`; no row is the first one.
export function lengthen(list, source) {
  long.set(list, source);
}

// Mark what sounds on a page that has just come.
export function mark(root, player) {
  const id = String(player.track?.id ?? "");
  for (const item of root.querySelectorAll("main .row[data-id], #queue .row[data-id]")) {
    const current =
      item.dataset.id === id && (!item.dataset.place || Number(item.dataset.place) === player.queue.index);
    if (current === item.hasAttribute("aria-current")) continue;
    item.toggleAttribute("aria-current", current);
    if (current) item.setAttribute("aria-current", "true");
    item.querySelector(".bars")?.remove();
    if (current) (item.querySelector(item.matches(".pic") ? ".note" : ".no") ?? item).prepend(bars());
  }
}

// Return the track of a row, or null where it cannot be played.
export function trackOf(item) {
  return item.dataset.track ? JSON.parse(item.dataset.track) : (built.get(item) ?? null);
}

// A row like those of the server: for the queue, and for what comes next. `acts` stand at its end.
export function row(track, { number = null, index = null, acts = [dots(track)] } = {}) {
  const title = track.title ?? "…";
  const item = el(
    "li",
    { class: `row pic${number ? " rank" : ""}`, "data-id": track.id, "data-place": index },
    ...(number ? [el("span", { class: "no" }, String(number))] : []),
    el("img", { src: cover(track, 160), width: 44, height: 44, alt: "", loading: "lazy" }),
    el(
      "span",
      { class: "what" },
      el("button", { type: "button", class: "hit cut", dir: "auto", title, "data-jump": index }, title),
      el("span", { class: "sub cut", dir: "auto" }, el("bdi", {}, track.artist ?? "")),
    ),
    el("span", { class: "note" }),
    ...(number ? [el("span", { class: "time" }, clock(track.duration_ms))] : []),
    ...acts,
  );
  built.set(item, track);
  return item;
}

// A row as templates/_row.html draws it, of a Track of the API. `under` its title stand the "artist", the "album" or nothing.
// One that is `playable` may have no address yet: it is asked for when it is pressed. Its picture may come `later`: then
// data-src has its address.
export function song(
  track,
  { number = null, picture = false, under = null, playable = Boolean(track.audio_url), later = false } = {},
) {
  const { id, title } = track;
  const names = [title, ...(track.explicit ? [explicit()] : [])];
  const known = { class: "hit cut", dir: "auto", title };
  const item = el(
    "li",
    { class: ["row", picture && "pic", picture && number && "rank", !playable && "off"].filter(Boolean).join(" ") },
    ...(number ? [el("span", { class: "no" }, el("b", {}, String(number)))] : []),
    ...(picture
      ? [
          el("img", {
            [later ? "data-src" : "src"]: cover(track, 160),
            width: 44,
            height: 44,
            alt: "",
            decoding: "async",
          }),
        ]
      : []),
    el(
      "span",
      { class: "what" },
      playable
        ? el("button", { type: "button", ...known, "data-play": true }, ...names)
        : el("a", { ...known, href: `/tracks/${id}` }, ...names),
      ...beneath(track, under),
    ),
    el("span", { class: "note" }, playable ? "" : gettext("Not playable yet")),
    el("span", { class: "time" }, clock(track.duration_ms)),
    el("a", { class: "ib", href: `/tracks/${id}`, "aria-label": more(title), "data-menu": true }, icon("more", "dots")),
  );
  item.dataset.id = id;
  built.set(item, track);
  return item;
}

function beneath({ artist, artists, album }, under) {
  const [name, href] =
    under === "album"
      ? [album?.title, album && `/albums/${album.id}`]
      : [under && artist, artists?.[0] && `/artists/${artists[0].id}`];
  if (!name) return [];
  const bdi = el("bdi", {}, name);
  return [el("span", { class: "sub cut", dir: "auto" }, href ? el("a", { href }, bdi) : bdi)];
}

function explicit() {
  const word = gettext("Explicit");
  const letter = el("span", { "aria-hidden": "true" }, "E");
  return el("span", { class: "ex", title: word }, letter, el("span", { class: "sr" }, word));
}

function more(title) {
  return say(gettext("More about %(title)s"), { title: title ?? "" });
}

function dots(track) {
  const label = more(track.title);
  return el("button", { type: "button", class: "ib", "aria-label": label, "data-menu": true }, icon("more", "dots"));
}

// The list of a row is its neighbours, over all discs of an album; pressing what sounds pauses it.
function playRow(player, item) {
  if (item.hasAttribute("aria-current")) return player.toggle();
  if (long.has(item.parentElement)) return long.get(item.parentElement).play(item);
  const items = listed(item.parentElement);
  return player.playList(items.map(trackOf), items.indexOf(item), { from: item.parentElement.dataset.list ?? "" });
}

function playPage(player, { shuffle }) {
  const list = document.querySelector("main [data-list]:has([data-play])");
  if (long.has(list)) long.get(list).play(null, { shuffle });
  else if (list) player.playList(listed(list).map(trackOf), null, { from: list.dataset.list, shuffle });
}

// Return the rows that play of all lists with the name of this one.
function listed(list) {
  const same = [...document.querySelectorAll("main [data-list]")].filter(
    (other) => other.dataset.list === (list.dataset.list ?? ""),
  );
  return (same.length ? same : [list]).flatMap((other) => [...other.querySelectorAll(".row:has([data-play])")]);
}
