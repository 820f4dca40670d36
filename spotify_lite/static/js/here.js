// The way from an artist, a genre or all songs to what is on this device of them.

import { el, icon } from "./element.js";
import * as kept from "./kept.js";
import { ngettext, say } from "./words.js";

// Return {test, href} of what a page lists, or null: which rows belong to it, and where they are shown.
function listed({ pathname }, title) {
  const [, kind, id] = pathname.split("/");
  if (kind === "songs") return { test: () => true, href: "/device" };
  if (kind === "artists" && id) return { test: of("artist", id), href: `/device?artist=${id}` };
  if (kind === "genres" && id)
    return { test: of("genre", title), href: `/device?${new URLSearchParams({ genre: title })}` };
  return null;
}

// Return a test of rows: those of an artist by its id, or of a genre by its name, as tracks say it.
export function of(kind, value) {
  if (kind === "genre") return ({ track }) => (track.genres ?? []).includes(value);
  return ({ track }) => (track.artists ?? []).some(({ id }) => id === Number(value));
}

export function show(main) {
  const acts = main.querySelector(".acts");
  const found = acts && listed(location, main.querySelector("h1").textContent.trim());
  acts?.querySelector("[data-here]")?.remove();
  const count = found ? kept.all().filter(found.test).length : 0;
  if (!count) return;
  const label = say(ngettext("%(count)s song is on this device", "%(count)s songs are on this device", count), {
    count,
  });
  acts.append(
    el("a", { class: "ib", href: found.href, title: label, "aria-label": label, "data-here": "" }, icon("device")),
  );
}
