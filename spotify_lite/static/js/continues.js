// Continue listening: what was left open, one press resumes. Its room on the page is kept from the visit before.

import { cover } from "./address.js";
import { left } from "./clock.js";
import { el, icon } from "./element.js";
import * as tint from "./tint.js";
import { gettext, say } from "./words.js";

const SHOWN = 5; // one large, and four beside it

// `flushed` is the moment when what this device heard is among it.
export async function show(main, { player, api, store, flushed }) {
  const section = main.querySelector("[data-continue]");
  await flushed;
  const answer = await api.get(`/me/continue?limit=${SHOWN}`).catch(() => null);
  const open = answer?.results ?? [];
  const count = answer ? open.length : null;
  if (count !== null) {
    store.save("continues", count || null);
    if (count) document.documentElement.dataset.continues = count;
    else delete document.documentElement.dataset.continues;
  }
  if (!open.length) return;
  const resume = (entry) => () => continueWith(entry, { player, api });
  section
    .querySelector(".carry")
    .replaceChildren(
      large(open[0], resume(open[0])),
      ...(open.length > 1
        ? [el("ul", { class: "open" }, ...open.slice(1).map((entry) => small(entry, resume(entry))))]
        : []),
    );
}

// Sound first, from where it was; then the rest of the album behind it.
async function continueWith({ track, position_ms: positionMs }, { player, api }) {
  if (player.track?.id === track.id) {
    if (!player.playing) player.play();
    return;
  }
  player.playList([track], 0, { from: track.album?.title ?? "", positionMs });
  const album = track.album && (await api.get(`/albums/${track.album.id}`).catch(() => null));
  const place = album?.tracks.findIndex((other) => other.id === track.id) ?? -1;
  if (place >= 0 && player.track?.id === track.id && player.queue.tracks.length === 1) {
    player.edit((queue) => queue.set(album.tracks, place, album.title));
  }
}

function large(entry, resume) {
  const { track } = entry;
  const image = el("img", { src: cover(track), width: 152, height: 152, alt: "" });
  const button = el("button", { type: "button", class: "ib play l", "aria-label": resumes(track) }, icon("play"));
  button.addEventListener("click", resume);
  const lead = el(
    "article",
    { class: "lead" },
    image,
    el(
      "div",
      {},
      el("h3", { class: "cut2", dir: "auto", title: track.title }, track.title),
      el("p", { class: "muted small cut", dir: "auto" }, track.artist),
    ),
    el("div", { class: "go" }, el("p", { class: "small muted" }, left(track.duration_ms - entry.position_ms)), button),
    line(entry),
  );
  tint.of(image).then((name) => (lead.dataset.tint = name));
  return lead;
}

function small(entry, resume) {
  const { track } = entry;
  const name = el("span", { class: "cut2", dir: "auto" }, track.title);
  const button = el("button", { type: "button", title: track.title, "aria-label": resumes(track) }, name);
  button.addEventListener("click", resume);
  return el(
    "li",
    { class: "card" },
    el("img", { src: cover(track), width: 140, height: 140, alt: "", loading: "lazy" }),
    el("h3", {}, button),
    el("p", { class: "cut" }, left(track.duration_ms - entry.position_ms)),
    line(entry),
  );
}

function resumes({ title }) {
  return say(gettext("Resume %(title)s"), { title });
}

function line({ track, position_ms: at }) {
  return el("progress", { value: at, max: Math.max(1, track.duration_ms), "aria-label": gettext("Played") });
}
