// Draw the player: the bar, and the view that it opens; both show the same and press the same.

import { cover } from "./address.js";
import { clock, spoken } from "./clock.js";
import { setIcon } from "./element.js";
import * as now from "./now.js";

export function start({ player, store, toggleQueue }) {
  const bar = document.querySelector("#player");
  const view = document.querySelector("#now");
  const { audio } = player;
  let dragging = false;

  const each = (selector, use) => [bar, view].forEach((root) => root.querySelectorAll(selector).forEach(use));
  const does = {
    toggle: () => player.toggle(),
    next: () => player.next(),
    previous: () => player.previous(),
    mute: () => (audio.muted = !audio.muted),
    now: () => now.open(view),
    "close-now": () => view.close(),
    queue: () => {
      view.close();
      toggleQueue();
    },
  };
  each("[data-do]", (button) => button.addEventListener("click", () => does[button.dataset.do]()));

  each("[data-seek]", (range) => {
    range.addEventListener("input", () => {
      dragging = true;
      place(Number(range.value));
    });
    range.addEventListener("change", () => {
      dragging = false;
      player.seek(Number(range.value));
    });
  });

  function place(ms) {
    const whole = Math.max(1, player.duration);
    each("[data-seek]", (range) => {
      range.max = Math.round(whole);
      range.step = 1;
      range.value = Math.round(ms);
      range.style.setProperty("--played", Math.min(1, ms / whole));
      range.setAttribute("aria-valuetext", `${spoken(ms)} of ${spoken(whole)}`);
    });
    each("[data-at]", (text) => (text.textContent = clock(ms)));
    each("[data-of]", (text) => (text.textContent = clock(whole)));
    each("[data-progress]", (line) => (line.value = Math.min(1, ms / whole)));
  }

  function draw() {
    const { track } = player;
    bar.hidden = !track;
    document.documentElement.toggleAttribute("data-player", Boolean(track));
    if (!track) return;
    document.documentElement.toggleAttribute("data-paused", !player.playing);
    each("[data-title]", (text) => {
      text.textContent = track.title ?? "";
      text.title = track.title ?? "";
    });
    bar.querySelector("[data-artist]").textContent = track.artist ?? "";
    bar.querySelector("[data-title]").setAttribute("aria-label", `Now playing: ${track.title}. Open the large view`);
    const image = bar.querySelector("[data-cover]");
    if (image.dataset.of !== String(track.id)) {
      image.dataset.of = track.id;
      image.src = cover(track, 160);
    }
    each('[data-do="toggle"]', (button) =>
      player.playing ? setIcon(button, "pause", "Pause") : setIcon(button, "play", "Play"),
    );
    each('[data-do="next"]', (button) => (button.disabled = player.queue.following.length === 0));
    now.draw(view, player);
    place(player.position);
  }

  const volume = bar.querySelector("[data-volume]");
  function loudness() {
    const shown = audio.muted ? 0 : audio.volume;
    volume.value = Math.round(shown * 100);
    volume.style.setProperty("--played", shown);
    setIcon(bar.querySelector('[data-do="mute"]'), shown ? "vol" : "mute", shown ? "Mute" : "Sound on");
    store.save("volume", audio.volume);
  }
  volume.addEventListener("input", () => {
    audio.muted = false;
    audio.volume = Number(volume.value) / 100;
  });
  audio.addEventListener("volumechange", loudness);
  audio.volume = store.load("volume", 1);
  loudness();

  player.addEventListener("change", draw);
  player.addEventListener("time", () => dragging || place(player.position));
}
