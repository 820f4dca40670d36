// The queue: a sheet on phones, a panel beside the page on desktop.

import { minutes } from "./clock.js";
import * as drag from "./drag.js";
import { el, icon } from "./element.js";
import * as layers from "./layers.js";
import { mark } from "./rows.js";
import { row } from "./songrows.js";
import * as swipe from "./swipe.js";
import { Virtual } from "./virtual.js";
import { gettext, ngettext, say } from "./words.js";

export function start({ player, api, tell }) {
  const panel = document.querySelector("#queue");
  const scrim = document.querySelector("#scrim");
  const body = panel.querySelector("[data-queue-body]");
  const opener = document.querySelector('#player [data-do="queue"]');
  const clear = panel.querySelector('[data-queue="clear"]');
  const sheet = matchMedia("(max-width: 1023px)");
  const drawn = new WeakMap(); // track of the queue -> its row
  const long = new WeakMap(); // list -> its rows as one scrolls
  const asked = new Set();

  function show(open) {
    panel.hidden = scrim.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    for (const under of document.querySelectorAll("main, nav.nav, .skip")) under.inert = open && sheet.matches;
  }

  function open() {
    if (sheet.matches) layers.opened(() => show(false));
    else layers.close();
    show(true);
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
    const lines = queue.following.map((track, at) => ({ track, index: queue.index + 1 + at }));
    const [added, rest] = [lines.filter(({ track }) => track.added), lines.filter(({ track }) => !track.added)];
    put(body, [
      ...(queue.current
        ? [heading("playing", gettext("Playing")), list("current", [line(queue.current, queue.index)])]
        : []),
      ...(added.length ? [heading("added", gettext("You added")), list("added")] : []),
      ...(rest.length ? [heading("rest", ...nextFrom(queue)), list("rest")] : []),
      ...(lines.length ? [] : [heading("end", ends(queue))]),
    ]);
    fill("added", added);
    fill("rest", rest);
    clear.hidden = lines.length === 0;
    mark(document, player);
  }

  // Put rows into a part of the queue, where one looks.
  function fill(name, lines) {
    const part = body.querySelector(`[data-part="${name}"].rows`);
    if (!part) return;
    const rows = long.get(part) ?? new Virtual(part, { scroller: panel, put: () => mark(panel, player) });
    long.set(part, rows);
    rows.row = (place) => counted(line(lines[place].track, lines[place].index), place, lines.length);
    rows.resize(lines.length, { anew: true });
  }

  // Return the row of a track at its place; the same one again, so that focus and scroll stay where they are.
  function line(track, index) {
    const current = index === player.queue.index;
    let item = drawn.get(track);
    if (!item || item.dataset.named !== String(Boolean(track.title)) || item.dataset.current !== String(current)) {
      if (!track.title) name(track.id);
      item = row(track, { index, acts: current ? undefined : [cross(track), grip(track)] });
      Object.assign(item.dataset, { named: Boolean(track.title), current });
      drawn.set(track, item);
    }
    item.dataset.place = item.querySelector("[data-jump]").dataset.jump = index;
    return item;
  }

  // Return where the middles of all rows are that can be moved, in what the panel scrolls.
  function middles() {
    const top = panel.getBoundingClientRect().top - panel.scrollTop;
    const at = [...body.querySelectorAll(".rows.long")].flatMap((part) => {
      const { size, count } = long.get(part);
      const begin = part.getBoundingClientRect().top - top;
      return Array.from({ length: count }, (_, place) => begin + (place + 0.5) * size);
    });
    return { first: player.queue.index + 1, at };
  }

  // Fetch a track of which only the id is known: the queue came from another device.
  async function name(id) {
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
      const index = Number(button.closest(".row").dataset.place);
      const { title } = player.queue.tracks[index];
      lose(say(gettext("“%(title)s” is out of the queue."), { title: title ?? "" }), (queue) => queue.remove(index));
      const cross = (at) => panel.querySelector(`.row[data-place="${at}"] [data-take]`);
      (cross(index) ?? cross(index - 1) ?? panel.querySelector("h2")).focus();
    }
  });
  drag.start(panel, {
    middles,
    move(item, by) {
      const from = Number(item.dataset.place);
      player.edit((queue) => queue.move(from, from + by));
    },
  });
  swipe.start(panel.querySelector("header"), { moves: panel, done: close });
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

function list(name, lines = null) {
  return part("ol", name, (node) => {
    node.classList.add("rows");
    if (lines) put(node, lines);
  });
}

// Say where in its part a row is to those who hear only some of them.
function counted(item, place, count) {
  item.setAttribute("aria-posinset", place + 1);
  item.setAttribute("aria-setsize", count);
  return item;
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
