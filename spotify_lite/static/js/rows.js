// Rows of songs: press to play the list from there on, and see which one sounds.

import { cover } from "./address.js";
import { clock } from "./clock.js";
import { bars, el, icon } from "./element.js";
import { parse } from "./trusted.js";

export function start({ player }) {
  document.addEventListener("click", async (event) => {
    const pressed = event.target.closest?.("[data-play], [data-play-all], [data-play-page], [data-jump]");
    if (!pressed) return;
    if ("jump" in pressed.dataset) player.jump(Number(pressed.dataset.jump));
    else if ("playPage" in pressed.dataset) playFrom(player, await read(pressed.dataset.playPage));
    else if ("playAll" in pressed.dataset) playFrom(player, document.querySelector("main"));
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

// Return the tracks of a list on the page, in order.
export function tracksOf(list) {
  return [...list.querySelectorAll("[data-track]")].map((item) => JSON.parse(item.dataset.track));
}

// A row like those of the server: for the queue, and for what comes next.
export function row(track, { number = null, index = null, close = null } = {}) {
  const title = track.title ?? "…";
  const names = el(
    "span",
    { class: "what" },
    el("button", { type: "button", class: "hit cut", dir: "auto", title, "data-jump": index }, title),
    el("span", { class: "sub cut", dir: "auto" }, el("bdi", {}, track.artist ?? "")),
  );
  const image = el("img", { src: cover(track, 160), width: 44, height: 44, alt: "", loading: "lazy" });
  return el(
    "li",
    { class: `row pic${number ? " rank" : ""}`, "data-id": track.id, "data-place": index },
    ...(number ? [el("span", { class: "no" }, String(number))] : []),
    image,
    names,
    ...(close === null ? [el("span", { class: "note" })] : []),
    ...(close !== null
      ? [
          el(
            "button",
            { type: "button", class: "ib", "aria-label": `Take ${title} out`, "data-take": close },
            icon("x"),
          ),
        ]
      : number
        ? [el("span", { class: "time" }, clock(track.duration_ms))]
        : []),
  );
}

// The list of a row is its neighbours, over all discs of an album; pressing what sounds pauses it.
function playRow(player, item) {
  const track = JSON.parse(item.dataset.track);
  if (item.hasAttribute("aria-current")) return player.toggle();
  const name = item.parentElement.dataset.list ?? "";
  const items = [...item.closest("main").querySelectorAll("[data-list]")]
    .filter((list) => list.dataset.list === name)
    .flatMap((list) => [...list.querySelectorAll("[data-track]")]);
  const tracks = items.map((other) => (other === item ? track : JSON.parse(other.dataset.track)));
  return player.playList(tracks, items.indexOf(item), { from: name });
}

function playFrom(player, page) {
  const first = page?.querySelector("[data-list] [data-track]");
  if (first) playList(player, first);
}

function playList(player, first) {
  const name = first.parentElement.dataset.list;
  const lists = [...first.getRootNode().querySelectorAll("[data-list]")].filter((list) => list.dataset.list === name);
  return player.playList(lists.flatMap(tracksOf), 0, { from: name });
}

async function read(href) {
  const answer = await fetch(href, { credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? parse(await answer.text()) : null;
}
