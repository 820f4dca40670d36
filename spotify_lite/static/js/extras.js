// What the first sound does without: the queue, the large view, menus, the list of keys, dark and light. It comes late (see later.js), so
// each part begins with what stands on the page by then.

import * as keymap from "./keymap.js";
import * as menu from "./menu.js";
import * as menus from "./menus.js";
import * as now from "./now.js";
import * as panel from "./panel.js";
import * as sleepmenu from "./sleepmenu.js";
import * as theme from "./theme.js";

export function start({ player, api, say }) {
  const queue = panel.start({ player, api, tell: say });
  const toggleNow = now.start({ player });
  const showKeys = keymap.start();
  const open = menu.start();
  menus.start({ player, api, open, tell: say });
  sleepmenu.start({ player, open, tell: say });
  theme.start();
  if (matchMedia("(any-pointer: coarse)").matches)
    import("./rowswipes.js").then((rowswipes) => rowswipes.start({ player, tell: say }));
  return { toggleQueue: queue.toggle, toggleNow, showKeys, page: queue.page };
}
