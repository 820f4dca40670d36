// Draw rows of songs as the server does: in lists that grow, in the queue, and in what is found on this device.

import { cover } from "./address.js";
import { clock } from "./clock.js";
import { el, icon } from "./element.js";
import { stand } from "./rows.js";
import { gettext, say } from "./words.js";

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
  return stand(item, track);
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
  return stand(item, track);
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
