// What is said when a song does not play. Pure.

import { gettext, say } from "./words.js";

// Return {sentence, again}: what to say, and whether trying again may help. `status` is that of the play call, 0 where the
// server was not reached, null where the audio itself failed; `next` is what the queue goes on with, or null; `away` says
// that the server is known to be, `onward` that the queue led to the song.
export function of({ status, track, next = null, onward = false, away = false }) {
  const title = track.title ?? gettext("This song");
  const words = { title, next: next?.title ?? gettext("the next song") };
  const again = !next && status !== 404 && status !== 401;
  return { sentence: say(next ? goingOn(status) : stopped(status, away, onward), words), again };
}

function goingOn(status) {
  if (status === 404) return gettext("“%(title)s” is no longer in the catalog. Going on with “%(next)s”.");
  if (status === 0) return gettext("“%(title)s” waits for the network. Going on with “%(next)s”.");
  return gettext("“%(title)s” cannot be played right now. Going on with “%(next)s”.");
}

function stopped(status, away, onward) {
  if (status === 404) return gettext("“%(title)s” is no longer in the catalog. Choose another song.");
  if (status === 401) return gettext("You are signed out. Sign in to go on: your place in “%(title)s” is kept.");
  if (status !== 0) return gettext("“%(title)s” cannot be played right now. Your place is kept.");
  if (!away) return gettext("The server was not reached. Your place in “%(title)s” is kept.");
  return onward
    ? gettext("Nothing further of the queue is on this device. “%(title)s” plays as soon as the network is back.")
    : gettext("“%(title)s” waits for the network, and plays as soon as it is back.");
}
