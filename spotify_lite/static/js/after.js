// What nobody needs before the first sound, or before the first song that does not sound: the system's controls, and what
// is counted and kept of what was heard.

import * as beacons from "./beacons.js";
import * as counts from "./counts.js";
import { keeps } from "./device.js";
import * as habit from "./habit.js";
import * as mediasession from "./mediasession.js";
import * as plays from "./plays.js";

export function start({ player }) {
  mediasession.start({ player });
  counts.start({ player });
  plays.start({ player });
  if (keeps()) habit.start({ player });
  if (document.documentElement.dataset.beacons) beacons.start({ player });
  player.deck.quality.listen((detail) => player.dispatchEvent(new CustomEvent("quality", { detail })));
}
