// The large view of what is playing: cover, names that lead on, and what comes next.

import { cover } from "./address.js";
import { el } from "./element.js";
import * as layers from "./layers.js";
import { row } from "./songrows.js";
import * as swipe from "./swipe.js";
import * as tint from "./tint.js";
import { gettext, ngettext, say } from "./words.js";

const NEXT = 3; // rows of what comes next

// Return toggle(), which opens the view or closes it.
export function start({ player }) {
  const view = document.querySelector("#now");
  const bar = document.querySelector("#player");
  const image = view.querySelector("[data-cover]");
  const next = view.querySelector(".now-next");
  const rows = next.querySelector("[data-next]");
  let following = [];

  function toggle() {
    if (view.open) return layers.close();
    if (!player.track) return undefined;
    view.showModal();
    view.scrollTop = 0;
    layers.opened(() => view.close());
    return undefined;
  }

  function draw() {
    const { track, queue } = player;
    if (!track) return;
    if (view.dataset.of !== String(track.id)) drawTrack(track);
    view.querySelector("[data-from]").replaceChildren(...from(track, queue));
    next.hidden = queue.following.length === 0;
    next.querySelector("[data-do]").textContent = say(
      ngettext("%(count)s in the queue", "%(count)s in the queue", queue.following.length),
      { count: queue.following.length },
    );
    const soon = queue.following.slice(0, NEXT).filter((after) => after.title);
    if (soon.length === following.length && soon.every((after, at) => after === following[at])) return;
    following = soon;
    rows.replaceChildren(...soon.map((after, at) => row(after, { number: at + 1, index: queue.index + 1 + at })));
  }

  function drawTrack(track) {
    view.dataset.of = track.id;
    image.src = cover(track, 640);
    image.alt = track.album ? say(gettext("Cover of %(album)s"), { album: track.album.title }) : "";
    wash(view, image, track);
    view.querySelector("[data-people]").replaceChildren(...people(track));
  }

  view.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape closes it as every other way does
    layers.close();
  });
  for (const handle of view.querySelectorAll("[data-pull]")) swipe.start(handle, { moves: view, done: layers.close });
  swipe.start(bar, { by: -1, done: () => view.open || toggle() });
  const turns = {
    may: (way) => !player.elsewhere?.playing && (way < 0 ? player.queue.goesOn : player.queue.index > 0),
    done: (way) => (way < 0 ? player.next() : player.jump(player.queue.index - 1)),
  };
  swipe.turn(image, { moves: [image], ...turns });
  swipe.turn(bar, { moves: [...bar.querySelectorAll("[data-cover], .names")], ...turns });
  player.addEventListener("change", draw);
  draw();
  return toggle;
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
  const name = queue.from || track.album?.title;
  if (!name) return [];
  const same = track.album && name === track.album.title;
  const words = el("span", { class: "muted" }, gettext("Playing from"));
  return [words, " ", same ? link(`/albums/${track.album.id}`, name) : el("bdi", {}, name)];
}

function link(href, name) {
  return el("a", { href }, el("bdi", {}, name));
}
