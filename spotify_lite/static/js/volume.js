// How loud: the slider of the bar, and the button that turns the sound off and on.

import { setIcon } from "./element.js";
import { gettext } from "./words.js";

export function start({ loudness }) {
  const slider = document.querySelector("#player [data-volume]");
  const button = document.querySelector("#player [data-mute]");

  function draw() {
    const shown = loudness.muted ? 0 : loudness.volume;
    slider.value = Math.round(shown * 100);
    slider.style.setProperty("--played", shown);
    setIcon(button, shown ? "vol" : "mute", shown ? gettext("Mute") : gettext("Sound on"));
  }
  slider.addEventListener("input", () => (loudness.volume = Number(slider.value) / 100));
  button.addEventListener("click", () => (loudness.muted = !loudness.muted));
  loudness.addEventListener("volume", draw);
  draw();
}
