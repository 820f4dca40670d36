// What the first sound does without: the queue, the large view, menus, the list of keys, recent searches, forms.
// It comes late (see later.js), so each part begins with what stands on the page by then.

import * as continues from "./continues.js";
import * as device from "./device.js";
import * as keymap from "./keymap.js";
import * as menu from "./menu.js";
import * as menus from "./menus.js";
import * as now from "./now.js";
import * as panel from "./panel.js";
import * as recent from "./recent.js";
import * as settings from "./settings.js";
import * as forms from "./settings-forms.js";
import * as sleepmenu from "./sleepmenu.js";

// `flushed` is the moment when what is continued may be asked for.
export function start({ player, api, store, say, flushed }) {
  const queue = panel.start({ player, api, tell: say });
  const toggleNow = now.start({ player });
  const showKeys = keymap.start();
  const open = menu.start();
  menus.start({ player, api, open, tell: say });
  sleepmenu.start({ player, open, tell: say });
  recent.start({ say });
  device.start({ player, api, say });
  settings.start({ say });
  forms.start({ say });

  function page(main) {
    queue.page();
    forms.show(main);
    device.page(main, { api, say });
    flushed.then(() => continues.fill(main, { player, api, store }));
  }

  const results = (place) => recent.fill(place);
  page(document.querySelector("main"));
  results(document);
  return { toggleQueue: queue.toggle, toggleNow, showKeys, page, results };
}
