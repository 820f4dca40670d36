// What is said when a song does not play, and whether the queue goes on without it. Pure.

import { gettext, say } from "./words.js";

export const MOST = 3; // songs in a row that may fail: with more, it is not the songs

// Return {sentence, on, again}: what to say, whether to go on to the next song, whether trying again may help.
// `status` is that of the play call, 0 where the server was not reached, null where the audio itself failed.
export function of({ status, track, next = null, failures = 1 }) {
  const title = track.title ?? gettext("This song");
  const words = { title, next: next?.title ?? gettext("the next song") };
  const gone = status === 404;
  if ((gone || status === null) && next && failures < MOST) {
    const sentence = gone
      ? gettext("“%(title)s” is no longer in the catalog. Going on with “%(next)s”.")
      : gettext("“%(title)s” cannot be played right now. Going on with “%(next)s”.");
    return { sentence: say(sentence, words), on: true, again: false };
  }
  if (gone) {
    const sentence = gettext("“%(title)s” is no longer in the catalog. Choose another song.");
    return { sentence: say(sentence, words), on: false, again: false };
  }
  if (status === 401) {
    const sentence = gettext("You are signed out. Sign in to go on: your place in “%(title)s” is kept.");
    return { sentence: say(sentence, words), on: false, again: false };
  }
  const sentence =
    status === 0
      ? gettext("The server was not reached. Your place in “%(title)s” is kept.")
      : gettext("“%(title)s” cannot be played right now. Your place is kept.");
  return { sentence: say(sentence, words), on: false, again: true };
}
