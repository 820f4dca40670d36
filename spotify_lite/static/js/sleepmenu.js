// The sleep timer's menu, and what is left of it on its buttons.

import { minutes as inWords } from "./clock.js";
import { MINUTES } from "./sleep.js";
import { gettext, ngettext, say } from "./words.js";

export function start({ player, open, tell }) {
  const { sleep } = player;
  const buttons = document.querySelectorAll("[data-sleep]");
  let length = null; // minutes that were chosen

  function choose(minutes) {
    length = minutes;
    if (minutes) sleep.in(minutes);
    else sleep.off();
    settle(
      minutes
        ? say(ngettext("The sound ends in %(count)s minute.", "The sound ends in %(count)s minutes.", minutes), {
            count: minutes,
          })
        : gettext("The sleep timer is off."),
    );
  }

  function atEnd() {
    length = null;
    sleep.atEnd();
    settle(gettext("The sound ends with this song."));
  }

  function settle(sentence) {
    player.changed();
    tell(sentence);
  }

  function draw() {
    const rest = sleep.afterSong ? gettext("End of song") : sleep.on ? inWords(sleep.left) : "";
    for (const button of buttons) {
      button.querySelector("[data-rest]").textContent = rest;
      button.hidden = button.hasAttribute("data-only-on") && !sleep.on;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-sleep]");
    if (!button) return;
    const { right, top } = button.getBoundingClientRect();
    const items = [
      ...MINUTES.map((minutes) => ({
        text: say(ngettext("%(count)s minute", "%(count)s minutes", minutes), { count: minutes }),
        checked: sleep.on && !sleep.afterSong && length === minutes,
        act: () => choose(minutes),
      })),
      { text: gettext("End of this song"), checked: sleep.afterSong, act: atEnd },
      { text: gettext("Off"), checked: !sleep.on, act: () => choose(0) },
    ];
    open({ label: gettext("Sleep timer"), items, from: button, x: right, y: top, end: true });
  });
  player.addEventListener("change", draw);
  player.addEventListener("time", draw);
  draw();
}
