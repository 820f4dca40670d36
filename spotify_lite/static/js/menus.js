// What the menus offer: for a song, and for a list of songs (an album, an artist, a genre).

import * as device from "./device.js";
import * as adding from "./adding.js";
import * as hold from "./hold.js";
import * as lists from "./lists.js";
import { trackOf } from "./rows.js";
import { gettext, say } from "./words.js";

const PEOPLE = 4; // artists of a song that its menu leads to

export function start({ player, api, open, tell }) {
  function song(track) {
    const title = track.title;
    return {
      label: title,
      items: [
        { icon: "after", text: gettext("Play next"), act: () => add([track], title, true) },
        { icon: "add", text: gettext("Add to queue"), act: () => add([track], title, false) },
        ...keeping({ kind: "track", id: track.id, title }),
        ...(track.artists ?? []).slice(0, PEOPLE).map((person) => ({
          icon: "user",
          text: say(gettext("Go to %(artist)s"), { artist: person.name }),
          href: `/artists/${person.id}`,
        })),
        ...(track.album ? [{ icon: "disc", text: gettext("Go to album"), href: `/albums/${track.album.id}` }] : []),
        { icon: "info", text: gettext("Song details"), href: `/tracks/${track.id}` },
        link(`/tracks/${track.id}`),
      ],
    };
  }

  function list(path, label) {
    const withSongs = (use) => async () => {
      const found = await lists.read(path, api);
      if (found?.tracks.length) use(found);
      else tell(gettext("There is nothing here that can be played right now."));
    };
    const play = (shuffle) => withSongs(({ name, tracks }) => player.playList(tracks, null, { from: name, shuffle }));
    return {
      label,
      items: [
        { icon: "play", text: gettext("Play"), act: play(false) },
        { icon: "shuffle", text: gettext("Shuffle"), act: play(true) },
        { icon: "after", text: gettext("Play next"), act: withSongs(({ name, tracks }) => add(tracks, name, true)) },
        { icon: "add", text: gettext("Add to queue"), act: withSongs(({ name, tracks }) => add(tracks, name, false)) },
        ...(path.startsWith("/albums/")
          ? keeping({ kind: "album", id: Number(path.split("/")[2]), title: label })
          : []),
        link(path),
      ],
    };
  }

  const add = (tracks, name, next) => adding.add(tracks, name, { player, tell, next });

  function keeping(what) {
    if (!device.keeps()) return [];
    const kept = device.wished(what);
    const text = kept ? gettext("Remove from this device") : gettext("Keep on this device");
    const act = async () => (await device.keeper({ api, say: tell })).toggle(what);
    return [{ icon: kept ? "x" : "kept", text, act }];
  }

  function link(path) {
    const { href } = new URL(path, location.href);
    const copied = () => tell(gettext("The link is copied."));
    const act = () => navigator.clipboard?.writeText(href).then(copied, () => tell(href)) ?? tell(href); // http: no clipboard
    return { icon: "link", text: gettext("Copy link"), act };
  }

  // Return what the menu of an element offers, or null.
  function offer(target) {
    const item = target.closest(".row[data-id]");
    const track = item && trackOf(item);
    if (track?.title) return { ...song(track), from: item.querySelector("[data-menu]") ?? item.querySelector(".hit") };
    const card = target.closest(".card")?.querySelector("a[href]");
    const path = card && new URL(card.href).pathname;
    return path && /^\/(albums|artists)\/\d+$/.test(path)
      ? { ...list(path, card.textContent.trim()), from: card }
      : null;
  }

  hold.start((event) => {
    const { target } = event;
    const ownLink = event.type === "contextmenu" && target.closest?.(".row a:not([data-menu])");
    if (!target.closest || ownLink || target.closest("[data-grip], input")) return false;
    const offered = offer(target);
    if (!offered) return false;
    open({ ...offered, x: event.clientX, y: event.clientY });
    return true;
  });
  const press = (event) => {
    const dots = event.target.closest?.("[data-menu], [data-menu-of], [data-menu-now]");
    if (!dots || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const { right, bottom } = dots.getBoundingClientRect();
    const offered =
      "menuOf" in dots.dataset
        ? list(dots.dataset.menuOf, document.querySelector("main h1").textContent.trim())
        : "menuNow" in dots.dataset
          ? song(player.track)
          : offer(dots);
    if (!offered) return;
    event.preventDefault();
    open({ ...offered, from: dots, x: right, y: bottom, end: true });
  };
  document.addEventListener("click", press, { capture: true }); // before the navigation, which follows links
}
