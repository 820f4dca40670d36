// What is said when a song does not play, and whether the queue goes on without it. Pure.

import { gettext, say } from "./words.js";

export const MOST = 3; // songs in a row that may fail: with more, it is not the songs

// Return {sentence, on, again}: what to say, whether to go on to the next song, whether trying again may help.
// `status` is that of the play call, 0 where the server was not reached, null where the audio itself failed; `next` is
// what the queue can go on with; `away` says that the server is known to be, `onward` that the queue led to the song.
export function of({ status, track, next = null, failures = 1, onward = false, away = false }) {
  const title = track.title ?? gettext("This song");
  const words = { title, next: next?.title ?? gettext("the next song") };
  const on = next !== null && (status === 404 || !status) && failures < MOST;
  const again = !on && status !== 404 && status !== 401;
  return { sentence: say(on ? goingOn(status) : stopped(status, away, onward), words), on, again };
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
