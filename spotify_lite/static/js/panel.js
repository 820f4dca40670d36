// The queue: a sheet on phones, a panel beside the page on desktop.

import { el } from "./element.js";
import { mark, row } from "./rows.js";

const SHOWN = 100; // rows; a longer queue says how many more there are

export function start({ player, api }) {
  const panel = document.querySelector("#queue");
  const scrim = document.querySelector("#scrim");
  const body = panel.querySelector("[data-queue-body]");
  const opener = document.querySelector('#player [data-do="queue"]');
  const asked = new Set();

  function toggle(open = panel.hidden) {
    panel.hidden = !open;
    scrim.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) {
      draw();
      panel.querySelector("h2").focus();
    } else if (!opener.closest("[hidden]")) opener.focus({ preventScroll: true });
  }

  function draw() {
    if (panel.hidden) return;
    const { queue } = player;
    const rows = queue.following.slice(0, SHOWN).map((track, at) => {
      if (!track.title) fill(track.id);
      return row(track, { index: queue.index + 1 + at, close: queue.index + 1 + at });
    });
    const rest = queue.following.length - rows.length;
    body.replaceChildren(
      ...(queue.current
        ? [el("h3", {}, "Playing"), el("ol", { class: "rows" }, row(queue.current, { index: queue.index }))]
        : []),
      ...(rows.length
        ? [heading(queue), el("ol", { class: "rows" }, ...rows)]
        : [el("h3", {}, "Nothing comes after this song")]),
      ...(rest > 0 ? [el("h3", {}, `and ${rest} more`)] : []),
    );
    panel.querySelector('[data-queue="clear"]').hidden = rows.length === 0;
    mark(document, player);
  }

  // Fetch a track of which only the id is known: the queue came from another device.
  async function fill(id) {
    if (asked.has(id)) return;
    asked.add(id);
    const track = await api.get(`/tracks/${id}`).catch(() => null);
    if (!track) return;
    player.queue.fill(track);
    draw();
  }

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-queue], [data-take]");
    if (button?.dataset.queue === "close") toggle(false);
    if (button?.dataset.queue === "clear") player.edit((queue) => queue.clear());
    if (button && "take" in button.dataset) {
      const place = [...panel.querySelectorAll("[data-take]")].indexOf(button);
      player.edit((queue) => queue.remove(Number(button.dataset.take)));
      const left = panel.querySelectorAll("[data-take]");
      (left[Math.min(place, left.length - 1)] ?? panel.querySelector("h2")).focus();
    }
  });
  scrim.addEventListener("click", () => toggle(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) toggle(false);
  });
  player.addEventListener("change", draw);
  return { toggle, close: () => panel.hidden || innerWidth >= 1024 || toggle(false) };
}

function heading(queue) {
  const count = `${queue.following.length} song${queue.following.length === 1 ? "" : "s"}`;
  const name = queue.from ? ["Next from ", el("bdi", {}, queue.from)] : ["Next"];
  return el("h3", {}, el("span", { class: "cut" }, ...name), el("span", {}, count));
}
