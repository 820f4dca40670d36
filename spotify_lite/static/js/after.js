// What nobody needs before the first sound, or before the first song that does not sound: the system's controls, and what
// is counted and kept of what was heard.

import * as beacons from "./beacons.js";
import * as counts from "./counts.js";
import { keeps } from "./device.js";
import * as habit from "./habit.js";
import * as mediasession from "./mediasession.js";
import * as onward from "./onward.js";
import * as plays from "./plays.js";
import * as trouble from "./trouble.js";
import { gettext } from "./words.js";

const HEARD = 10_000; // milliseconds until names come, which a search without a network needs

export function start({ player, say }) {
  onward.start({ player, say });
  mediasession.start({ player });
  counts.start({ player });
  plays.start({ player });
  if (keeps()) habit.start({ player });
  if (document.documentElement.dataset.beacons) beacons.start({ player });
  player.deck.quality.listen((detail) => player.dispatchEvent(new CustomEvent("quality", { detail })));
  setTimeout(() => import("./pocket.js").then(({ renew }) => renew()).catch(() => {}), HEARD);
  return {
    // Say why a song does not sound.
    tell(detail) {
      const { sentence, again } = trouble.of(detail);
      say(sentence, again ? { label: gettext("Try again"), act: () => player.play() } : {});
    },
  };
}
