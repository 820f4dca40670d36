// Rows of songs: press to play the list from there on, and see which one sounds.

import { bars } from "./element.js";
import * as lists from "./lists.js";
import { gettext } from "./words.js";

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

// Take a row that was made here for this track.
export function stand(item, track) {
  built.set(item, track);
  return item;
}

// Return the track of a row, or null where it cannot be played.
export function trackOf(item) {
  return item.dataset.track ? JSON.parse(item.dataset.track) : (built.get(item) ?? null);
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
