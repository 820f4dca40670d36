// Rows of songs: press to play the list from there on, and see which one sounds.

import { cover } from "./address.js";
import { clock } from "./clock.js";
import { bars, el, icon } from "./element.js";
import * as lists from "./lists.js";
import { gettext, say } from "./words.js";

const built = new WeakMap(); // rows that are made here -> their tracks

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
    else playRow(player, pressed.closest("[data-track]"));
  });
  player.addEventListener("change", () => mark(document, player));
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

function dots(track) {
  const label = say(gettext("More about %(title)s"), { title: track.title ?? "" });
  return el("button", { type: "button", class: "ib", "aria-label": label, "data-menu": true }, icon("more", "dots"));
}

// The list of a row is its neighbours, over all discs of an album; pressing what sounds pauses it.
function playRow(player, item) {
  if (item.hasAttribute("aria-current")) return player.toggle();
  const items = listed(item.parentElement);
  return player.playList(items.map(trackOf), items.indexOf(item), { from: item.parentElement.dataset.list ?? "" });
}

function playPage(player, { shuffle }) {
  const list = document.querySelector("main [data-list]:has([data-track])");
  if (list) player.playList(listed(list).map(trackOf), null, { from: list.dataset.list, shuffle });
}

// Return the rows that play of all lists with the name of this one.
function listed(list) {
  const same = [...document.querySelectorAll("main [data-list]")].filter(
    (other) => other.dataset.list === (list.dataset.list ?? ""),
  );
  return (same.length ? same : [list]).flatMap((other) => [...other.querySelectorAll("[data-track]")]);
}
