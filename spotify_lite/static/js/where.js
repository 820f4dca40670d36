// Say where it plays when that is not here, and give "play here" the room of the transport.

import { parts } from "./labels.js";
import { gettext, say } from "./words.js";

export function start({ player }) {
  const root = document.documentElement;
  const lines = document.querySelectorAll("[data-where]");

  player.addEventListener("change", () => {
    const { elsewhere } = player;
    const { activeElement: active } = document;
    const words = elsewhere ? sentence(elsewhere) : "";
    if (elsewhere) root.dataset.elsewhere = elsewhere.playing ? "playing" : "paused";
    else delete root.dataset.elsewhere;
    for (const line of lines) if (line.textContent !== words) line.textContent = line.title = words;
    for (const seek of document.querySelectorAll("[data-seek]")) seek.disabled = Boolean(elsewhere?.playing);
    follow(active);
  });
}

// A button that has gone gives the focus to the one in its place.
function follow(active) {
  const deck = active?.closest(".deck, .deck-l");
  if (!deck || active.getClientRects().length) return;
  const buttons = deck.querySelectorAll('[data-do="here"], [data-do="toggle"]');
  [...buttons].find((button) => button.getClientRects().length)?.focus({ preventScroll: true });
}

function sentence({ playing, device, tab }) {
  if (tab) return gettext("Playing in another tab");
  if (!device) return playing ? gettext("Playing on another device") : gettext("Paused on another device");
  const known = parts(device);
  const name = known ? say(gettext("%(browser)s on %(system)s"), known) : device;
  return say(playing ? gettext("Playing on %(device)s") : gettext("Paused on %(device)s"), { device: name });
}
