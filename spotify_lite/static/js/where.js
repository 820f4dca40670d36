// Say where it plays when that is not here.

import { gettext, say } from "./words.js";

export function start({ player }) {
  const root = document.documentElement;
  const lines = document.querySelectorAll("[data-where]");

  player.addEventListener("change", () => {
    const { elsewhere } = player;
    const words = elsewhere ? sentence(elsewhere) : "";
    if (elsewhere) root.dataset.elsewhere = elsewhere.playing ? "playing" : "paused";
    else delete root.dataset.elsewhere;
    for (const line of lines) if (line.textContent !== words) line.textContent = words;
    for (const seek of document.querySelectorAll("[data-seek]")) seek.disabled = Boolean(elsewhere?.playing);
  });
}

function sentence({ playing, device, tab }) {
  if (tab) return gettext("Playing in another tab");
  if (!device) return playing ? gettext("Playing on another device") : gettext("Paused on another device");
  return say(playing ? gettext("Playing on %(device)s") : gettext("Paused on %(device)s"), { device });
}
