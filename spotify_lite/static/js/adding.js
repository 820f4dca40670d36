// Put songs into the queue, say so, and offer the way back.

import { gettext, ngettext, say } from "./words.js";

// `name` is what they are together; `next` puts them in front of what was added before.
export function add(tracks, name, { player, tell, next = false }) {
  if (!player.track) return void player.playList(tracks, 0);
  const undo = player.queue.undoing();
  if (!player.edit((queue) => queue.add(tracks, { next })))
    return tell(gettext("The queue is full. Nothing was added."));
  return tell(told(tracks.length, name, next), { label: gettext("Undo"), act: () => player.edit(undo) });
}

function told(count, title, next) {
  if (count > 1)
    return say(ngettext("%(count)s song added to the queue.", "%(count)s songs added to the queue.", count), { count });
  return say(next ? gettext("“%(title)s” plays next.") : gettext("“%(title)s” is in the queue."), { title });
}
