// Draw the player: the bar, and the view that it opens; both show the same and press the same.

import { cover } from "./address.js";
import { clock, spoken } from "./clock.js";
import { setIcon } from "./element.js";
import { gettext, say } from "./words.js";

const WAITS = 400; // milliseconds without sound before that is shown
const ARROWS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const PAGES = { PageDown: -1, PageUp: 1 };
const PARTS = 20; // of a song: its length in steps of the larger keys, at most

export function start({ player, toggleQueue, toggleNow }) {
  const bar = document.querySelector("#player");
  const view = document.querySelector("#now");
  let dragging = false;
  let waits = 0;

  const each = (selector, use) => [bar, view].forEach((root) => root.querySelectorAll(selector).forEach(use));
  const does = {
    toggle: () => player.toggle(),
    next: () => player.next(),
    previous: () => player.previous(),
    shuffle: () => player.edit((queue) => queue.shuffle()),
    repeat: () => player.edit((queue) => queue.turnRepeat()),
    here: () => player.play(),
    now: toggleNow,
    queue: toggleQueue,
  };
  each("[data-do]", (button) => button.addEventListener("click", () => does[button.dataset.do]?.()));

  each("[data-seek]", (range) => {
    range.addEventListener("input", () => {
      dragging = true;
      place(Number(range.value));
    });
    range.addEventListener("change", () => {
      dragging = false;
      player.seek(Number(range.value));
    });
    range.addEventListener("keydown", (event) => {
      const to = led(event.key);
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      player.seek(to);
    });
    range.addEventListener("forgo", () => {
      dragging = false;
      place(player.position);
    });
  });

  // Return where a key leads: 5 s on, or 30, less in a jingle and more in a mix of hours.
  function led(key) {
    const { position, duration } = player;
    if (key in ARROWS) return position + ARROWS[key] * Math.min(5_000, duration / 10);
    if (key in PAGES) return position + PAGES[key] * Math.max(Math.min(30_000, duration / 3), duration / PARTS);
    return { Home: 0, End: duration - Math.min(1_000, duration / 10) }[key];
  }

  function place(ms) {
    const whole = Math.max(1, player.duration);
    each("[data-seek]", (range) => {
      range.max = Math.round(whole);
      range.value = Math.round(ms);
      range.parentElement.style.setProperty("--played", Math.min(1, ms / whole));
      const words = { position: spoken(ms), length: spoken(whole) };
      range.setAttribute("aria-valuetext", say(gettext("%(position)s of %(length)s"), words));
    });
    each("[data-at]", (text) => (text.textContent = clock(ms)));
    each("[data-of]", (text) => (text.textContent = clock(whole)));
    bar.style.setProperty("--digits", clock(whole).length);
    each("[data-progress]", (line) => (line.value = Math.min(1, ms / whole)));
  }

  function draw() {
    const { track, queue } = player;
    bar.hidden = !track;
    document.documentElement.toggleAttribute("data-player", Boolean(track));
    if (!track) return;
    document.documentElement.toggleAttribute("data-paused", !player.playing);
    drawTrack(track);
    each('[data-do="toggle"]', (button) =>
      player.playing ? setIcon(button, "pause", gettext("Pause")) : setIcon(button, "play", gettext("Play")),
    );
    each('[data-do="next"]', (button) => (button.disabled = !queue.goesOn));
    each('[data-do="shuffle"]', (button) => button.setAttribute("aria-pressed", String(queue.shuffled)));
    each('[data-do="repeat"]', (button) => {
      const words = { off: gettext("Repeat"), all: gettext("Repeat all"), one: gettext("Repeat this song") };
      setIcon(button, queue.repeat === "one" ? "repeat-one" : "repeat", words[queue.repeat]);
      button.setAttribute("aria-pressed", String(queue.repeat !== "off"));
    });
    clearTimeout(waits);
    const root = document.documentElement;
    if (player.waiting) waits = setTimeout(() => (root.dataset.waiting = ""), WAITS);
    else delete root.dataset.waiting;
    if (!dragging) place(player.position);
  }

  function drawTrack(track) {
    each("[data-title]", (text) => {
      text.textContent = track.title ?? "";
      text.title = track.title ?? "";
    });
    bar.querySelector("[data-artist]").textContent = track.artist ?? "";
    const opens = say(gettext("Now playing: %(title)s. Open the large view"), { title: track.title ?? "" });
    bar.querySelector("[data-title]").setAttribute("aria-label", opens);
    const image = bar.querySelector("[data-cover]");
    if (image.dataset.of === String(track.id)) return;
    image.dataset.of = track.id;
    image.src = cover(track, 160);
  }

  // What is drawn where one seeks comes with the first song, when there is nothing else to do.
  function dress() {
    if (!player.track) return;
    player.removeEventListener("change", dress);
    const idle = globalThis.requestIdleCallback ?? setTimeout;
    idle(() =>
      import("./seekbar.js").then(
        (seekbar) => seekbar.start({ player }),
        () => player.addEventListener("change", dress),
      ),
    );
  }

  player.addEventListener("change", dress);
  player.addEventListener("change", draw);
  player.addEventListener("time", () => dragging || place(player.position));
}
