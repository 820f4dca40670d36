// Without a network the queue goes on with what is on this device: the rest is passed over, with a word. What waits for the
// network sounds once the server is there again.

import { gettext, ngettext, say as put } from "./words.js";

const LASTS = 15 * 60_000; // milliseconds that a song waits: who waits longer no longer listens

export function start({ player, say }) {
  const { queue, deck } = player;
  queue.passes = (track) => deck.away() && !deck.here(track);
  player.addEventListener("change", () => {
    if (queue.passed) say(passed(queue));
    queue.passed = 0;
  });
  document.addEventListener("reach", ({ detail }) => detail.online && goOn(player));
}

function passed({ passed: count, current }) {
  const sentence = ngettext(
    "%(count)s song waits for the network. Going on with “%(next)s”.",
    "%(count)s songs wait for the network. Going on with “%(next)s”.",
    count,
  );
  return put(sentence, { count, next: current.title ?? gettext("the next song") });
}

// Go on with what waited, unless something else is wanted by now.
function goOn(player) {
  const { stuck } = player.deck;
  if (!stuck || stuck.track !== player.track || player.wanted || player.sleep.due) return;
  if (Date.now() - stuck.at < LASTS) player.play({ acted: false });
}
