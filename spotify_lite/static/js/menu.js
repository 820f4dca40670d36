// The menu of a song: one list for the dots, and for a right-click or a long press on its row.

import { el, icon } from "./element.js";

export function start({ player, say }) {
  const menu = document.querySelector("#menu");
  let opener = null;

  function open(item, x, y) {
    const track = item.dataset.track ? JSON.parse(item.dataset.track) : null;
    if (!track) return false;
    const add = (next) => () => {
      if (!player.track) player.playList([track], 0);
      else if (player.edit((queue) => queue.add(track, { next }))) {
        say(next ? `“${track.title}” plays next.` : `“${track.title}” is at the end of the queue.`);
      } else say("The queue is full. Nothing was added.");
    };
    menu.replaceChildren(
      button("after", "Play next", add(true)),
      button("add", "Add to the queue", add(false)),
      ...(track.album ? [link("disc", `/albums/${track.album.id}`, "Go to the album")] : []),
      ...(track.artists ?? []).slice(0, 4).map((person) => link("user", `/artists/${person.id}`, person.name)),
      link("note", `/tracks/${track.id}`, "About this song"),
    );
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    menu.style.top = `${y + height + 8 > innerHeight ? Math.max(8, y - height) : y}px`;
    menu.firstElementChild.focus();
    return true;
  }

  function button(name, text, act) {
    const node = el("button", { type: "button", role: "menuitem" }, icon(name), text);
    node.addEventListener("click", () => {
      menu.hidePopover();
      act();
    });
    return node;
  }

  function link(name, href, text) {
    const node = el("a", { href, role: "menuitem" }, icon(name), el("span", { class: "cut", dir: "auto" }, text));
    node.addEventListener("click", () => menu.hidePopover());
    return node;
  }

  document.addEventListener("click", (event) => {
    const dots = event.target.closest?.("[data-menu]");
    if (!dots || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const box = dots.getBoundingClientRect();
    opener = dots;
    if (open(dots.closest("[data-id]"), box.right - 220, box.bottom)) event.preventDefault();
  });
  document.addEventListener("contextmenu", (event) => {
    const item = event.target.closest?.("main [data-track]");
    if (!item || event.target.closest("a:not([data-menu])")) return;
    opener = item.querySelector("[data-menu]");
    if (open(item, event.clientX, event.clientY)) event.preventDefault();
  });
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && opener?.isConnected) opener.focus({ preventScroll: true });
  });
}
