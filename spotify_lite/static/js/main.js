// Start everything, once; a page that comes later is only shown to those who draw on it.

import { Api } from "./api.js";
import * as bar from "./bar.js";
import * as continues from "./continues.js";
import * as keys from "./keys.js";
import * as mediasession from "./mediasession.js";
import * as menu from "./menu.js";
import * as navigate from "./navigate.js";
import { Outbox } from "./outbox.js";
import * as panel from "./panel.js";
import { Player } from "./player.js";
import { Progress } from "./progress.js";
import { restore } from "./restore.js";
import * as rows from "./rows.js";
import * as search from "./search.js";
import * as store from "./store.js";
import * as theme from "./theme.js";
import * as toast from "./toast.js";

const api = new Api();
const outbox = new Outbox({ load: () => store.load("outbox"), save: (kept) => store.save("outbox", kept) });
const progress = new Progress({ api, outbox });
const player = new Player({ audio: document.querySelector("#audio"), api, progress, store });

const say = toast.start();
const queue = panel.start({ player, api });
menu.start({ player, say }); // before the navigation, which follows links that nobody else has taken
const visit = navigate.start({ onPage });
const searched = search.start({ navigate: visit });
bar.start({ player, store, toggleQueue: () => queue.toggle() });
rows.start({ player });
keys.start({ player, navigate: visit });
mediasession.start({ player });
theme.start();
player.addEventListener("trouble", (event) => say(event.detail));
document.addEventListener("results", () => rows.mark(document, player));
addEventListener("pagehide", () => {
  player.leave();
  progress.send({ leaving: true });
});

const flushed = outbox.kept.length ? progress.send() : Promise.resolve(); // what the page before left
onPage(document.querySelector("main"));
restore({ player, api, store });

function onPage(main) {
  queue.close();
  theme.show(main);
  searched(main);
  rows.mark(document, player);
  flushed.then(() => continues.fill(main, { player, api, store }));
}
