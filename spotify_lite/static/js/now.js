// The large view of what is playing: cover, names that lead on, and what comes next.

import { cover } from "./address.js";
import { el } from "./element.js";
import { row } from "./rows.js";
import * as tint from "./tint.js";

const NEXT = 3; // rows of what comes next

export function open(view) {
  if (!view.open) view.showModal();
  view.scrollTop = 0;
}

export function draw(view, player) {
  const { track, queue } = player;
  const image = view.querySelector("[data-cover]");
  if (view.dataset.of !== String(track.id)) {
    view.dataset.of = track.id;
    image.src = cover(track, 640);
    image.alt = track.album ? `Cover of ${track.album.title}` : "";
    wash(view, image, track);
    view.querySelector("[data-people]").replaceChildren(...people(track));
    view.querySelector("[data-from]").replaceChildren(...from(track, queue));
  }
  const next = view.querySelector(".now-next");
  const following = queue.following;
  next.hidden = following.length === 0;
  next.querySelector("[data-do]").textContent = `${following.length} in the queue`;
  const rows = following
    .slice(0, NEXT)
    .filter((after) => after.title)
    .map((after, place) => row(after, { number: place + 1, index: queue.index + 1 + place }));
  next.querySelector("[data-next]").replaceChildren(...rows);
}

async function wash(view, image, track) {
  view.dataset.tint = track.tint ?? (await tint.of(image));
}

function people(track) {
  if (!track.artists?.length) return [track.artist ?? ""];
  if (track.artists.length === 1) return [link(`/artists/${track.artists[0].id}`, track.artist)];
  return track.artists.flatMap((person, at) => [...(at ? [", "] : []), link(`/artists/${person.id}`, person.name)]);
}

function from(track, queue) {
  if (track.album)
    return [el("span", { class: "muted" }, "From "), link(`/albums/${track.album.id}`, track.album.title)];
  return queue.from ? [el("span", { class: "muted" }, "From "), el("bdi", {}, queue.from)] : [];
}

function link(href, name) {
  return el("a", { href }, el("bdi", {}, name));
}
