// The queue: a sheet on phones, a panel beside the page on desktop.

import { minutes } from "./clock.js";
import * as drag from "./drag.js";
import { el, icon } from "./element.js";
import * as layers from "./layers.js";
import { mark, row } from "./rows.js";
import * as swipe from "./swipe.js";
import { gettext, ngettext, say } from "./words.js";

const SHOWN = 100; // rows at first, and more each time the end comes into sight

export function start({ player, api, tell }) {
  const panel = document.querySelector("#queue");
  const scrim = document.querySelector("#scrim");
  const body = panel.querySelector("[data-queue-body]");
  const opener = document.querySelector('#player [data-do="queue"]');
  const clear = panel.querySelector('[data-queue="clear"]');
  const sheet = matchMedia("(max-width: 1023px)");
  const drawn = new WeakMap(); // track of the queue -> its row
  const asked = new Set();
  let shown = SHOWN;

  function show(open) {
    panel.hidden = scrim.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    for (const under of document.querySelectorAll("main, nav.nav, .skip")) under.inert = open && sheet.matches;
  }

  function open() {
    if (sheet.matches) layers.opened(() => show(false));
    else layers.close();
    show(true);
    shown = SHOWN;
    panel.scrollTop = 0;
    draw();
    panel.querySelector("h2").focus();
  }

  function close() {
    if (panel.hidden) return;
    if (sheet.matches) layers.close();
    show(false);
    if (!opener.closest("[hidden]")) opener.focus({ preventScroll: true });
  }

  function draw() {
    if (panel.hidden) return;
    const { queue } = player;
    const following = queue.following.slice(0, shown);
    const lines = following.map((track, at) => line(track, queue.index + 1 + at));
    const [added, rest] = [lines.filter((_, at) => following[at].added), lines.filter((_, at) => !following[at].added)];
    put(body, [
      ...(queue.current
        ? [heading("playing", gettext("Playing")), list("current", [line(queue.current, queue.index)])]
        : []),
      ...(added.length ? [heading("added", gettext("You added")), list("added", added)] : []),
      ...(rest.length ? [heading("rest", ...nextFrom(queue)), list("rest", rest)] : []),
      ...(lines.length ? [] : [heading("end", ends(queue))]),
    ]);
    clear.hidden = lines.length === 0;
    mark(document, player);
  }

  // Return the row of a track at its place; the same one again, so that focus and scroll stay where they are.
  function line(track, index) {
    const current = index === player.queue.index;
    let item = drawn.get(track);
    if (!item || item.dataset.named !== String(Boolean(track.title)) || item.dataset.current !== String(current)) {
      if (!track.title) fill(track.id);
      item = row(track, { index, acts: current ? undefined : [cross(track), grip(track)] });
      Object.assign(item.dataset, { named: Boolean(track.title), current });
      drawn.set(track, item);
    }
    item.dataset.place = item.querySelector("[data-jump]").dataset.jump = index;
    return item;
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

  // Change the queue and offer the way back.
  function lose(sentence, change) {
    const undo = player.queue.undoing();
    player.edit(change);
    tell(sentence, { label: gettext("Undo"), act: () => player.edit(undo) });
  }

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-queue], [data-take]");
    if (button?.dataset.queue === "close") close();
    if (button?.dataset.queue === "clear") {
      lose(gettext("The queue is cleared."), (queue) => queue.clear());
      panel.querySelector("h2").focus();
    }
    if (button && "take" in button.dataset) {
      const crosses = () => [...panel.querySelectorAll("[data-take]")];
      const place = crosses().indexOf(button);
      const index = Number(button.closest(".row").dataset.place);
      const { title } = player.queue.tracks[index];
      lose(say(gettext("“%(title)s” is out of the queue."), { title: title ?? "" }), (queue) => queue.remove(index));
      (crosses()[Math.min(place, crosses().length - 1)] ?? panel.querySelector("h2")).focus();
    }
  });
  drag.start(panel, {
    move(item, by) {
      const from = Number(item.dataset.place);
      player.edit((queue) => queue.move(from, from + by));
    },
  });
  swipe.start(panel.querySelector("header"), { moves: panel, done: close });
  panel.addEventListener("scroll", () => {
    if (panel.scrollTop + 2 * panel.clientHeight < panel.scrollHeight || shown >= player.queue.tracks.length) return;
    shown += SHOWN;
    draw();
  });
  scrim.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog:modal")) close();
  });
  player.addEventListener("change", draw);

  const toggle = () => (panel.hidden || document.querySelector("dialog:modal") ? open() : close());
  return { toggle, page: () => panel.hidden || !sheet.matches || layers.close() };
}

// Make these the children of a node, and leave alone those that already stand where they should.
function put(node, children) {
  children.forEach((child, at) => {
    if (typeof child === "function") child = child(node);
    if (node.children[at] !== child) node.insertBefore(child, node.children[at] ?? null);
  });
  while (node.children.length > children.length) node.lastElementChild.remove();
}

// A part of the queue that is there again each time it is drawn.
function part(tag, name, fill) {
  return (node) => {
    const found = node.querySelector(`:scope > ${tag}[data-part="${name}"]`) ?? el(tag, { "data-part": name });
    fill(found);
    return found;
  };
}

function heading(name, ...words) {
  return part("h3", name, (node) => node.replaceChildren(...words));
}

function list(name, lines) {
  return part("ol", name, (node) => {
    node.className = "rows";
    put(node, lines);
  });
}

function nextFrom(queue) {
  const rest = queue.following.filter((track) => !track.added);
  const count = say(ngettext("%(count)s song", "%(count)s songs", rest.length), { count: rest.length });
  const length = rest.reduce((sum, track) => sum + (track.duration_ms ?? 0), 0);
  const from = queue.from ? say(gettext("Next from %(list)s"), { list: queue.from }) : gettext("Next");
  return [el("span", { class: "cut", dir: "auto" }, from), el("span", {}, `${count}, ${minutes(length)}`)];
}

function ends(queue) {
  if (queue.repeat === "one") return gettext("This song is repeated");
  return queue.repeat === "all" ? gettext("Then it begins again") : gettext("Nothing comes after this song");
}

function cross(track) {
  const label = say(gettext("Take %(title)s out"), { title: track.title ?? "" });
  return el("button", { type: "button", class: "ib", "aria-label": label, "data-take": true }, icon("x"));
}

function grip(track) {
  const label = say(gettext("Move %(title)s: arrow keys up and down"), { title: track.title ?? "" });
  return el("button", { type: "button", class: "ib grip", "aria-label": label, "data-grip": true }, icon("grip"));
}
