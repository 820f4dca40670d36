// How loud: the slider of the bar, and the button that turns the sound off and on.

import { setIcon } from "./element.js";
import { gettext } from "./words.js";

export function start({ sound }) {
  const slider = document.querySelector("#player [data-volume]");
  const button = document.querySelector("#player [data-mute]");

  function draw() {
    const shown = sound.muted ? 0 : sound.volume;
    slider.value = Math.round(shown * 100);
    slider.style.setProperty("--played", shown);
    setIcon(button, shown ? "vol" : "mute", shown ? gettext("Mute") : gettext("Sound on"));
  }
  slider.addEventListener("input", () => (sound.volume = Number(slider.value) / 100));
  button.addEventListener("click", () => (sound.muted = !sound.muted));
  sound.addEventListener("volume", draw);
  draw();
}
