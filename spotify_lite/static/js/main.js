// Start everything, once; a page that comes later is only shown to those who draw on it.

import { Api } from "./api.js";
import * as bar from "./bar.js";
import { Claim } from "./claim.js";
import { Clock } from "./clock.js";
import * as continues from "./continues.js";
import * as database from "./database.js";
import { Devices } from "./devices.js";
import * as keymap from "./keymap.js";
import * as keys from "./keys.js";
import { label } from "./labels.js";
import * as layers from "./layers.js";
import * as mediasession from "./mediasession.js";
import { Memory } from "./memory.js";
import * as menu from "./menu.js";
import * as menus from "./menus.js";
import * as navigate from "./navigate.js";
import * as now from "./now.js";
import { Outbox } from "./outbox.js";
import * as panel from "./panel.js";
import { Player } from "./player.js";
import { Progress } from "./progress.js";
import * as recent from "./recent.js";
import * as restore from "./restore.js";
import * as rows from "./rows.js";
import * as search from "./search.js";
import * as settings from "./settings.js";
import * as forms from "./settings-forms.js";
import { Sleep } from "./sleep.js";
import * as sleepmenu from "./sleepmenu.js";
import { Sound } from "./sound.js";
import * as store from "./store.js";
import * as switches from "./switches.js";
import * as theme from "./theme.js";
import * as toast from "./toast.js";
import * as volume from "./volume.js";
import * as where from "./where.js";
import { gettext } from "./words.js";

const SOON = 1_500; // milliseconds that what is continued waits for what is still being told

const api = new Api({ clock: new Clock(store.cell("clock")), store });
const claim = new Claim({ tab: store.cell("claim", store.TAB), browser: store.cell("claim") });
const outbox = new Outbox(database.open({ store }));
const progress = new Progress({ api, outbox, claim, device: label(navigator.userAgent) });
const memory = new Memory({ store, progress, clock: api.clock });
const sound = new Sound({ audio: document.querySelector("#audio"), store });
const sleep = new Sleep({ load: () => store.load("sleep"), save: (until) => store.save("sleep", until) });
const player = new Player({ sound, api, progress, memory, sleep, even: () => switches.on("loudness") });
const devices = new Devices({ player, api, progress, claim });

layers.start(); // before the navigation: Back closes what lies over the page first
const say = toast.start();
const queue = panel.start({ player, api, tell: say });
const toggleNow = now.start({ player });
const open = menu.start();
menus.start({ player, api, open, tell: say }); // before the navigation, which follows links that nobody else has taken
sleepmenu.start({ player, open, tell: say });
const { visit, begin } = navigate.start({ onPage });
const searched = search.start({ say, onResults, begin });
recent.start({ say });
bar.start({ player, toggleQueue: queue.toggle, toggleNow });
where.start({ player });
volume.start({ sound });
rows.start({ player, api, tell: say });
keys.start({ player, sound, navigate: visit, toggleNow, toggleQueue: queue.toggle, showKeys: keymap.start() });
switches.start();
mediasession.start({ player });
theme.start();
settings.start({ say });
forms.start({ say });
document.addEventListener("switched", () => player.deck.level());
player.addEventListener("trouble", ({ detail: { sentence, again } }) =>
  say(sentence, again ? { label: gettext("Try again"), act: () => player.play() } : {}),
);
addEventListener("pagehide", () => {
  player.leave();
  restore.leave(player);
  progress.send({ leaving: true });
  database.spill(store, outbox.unwritten.values());
});

const left = progress.send(); // by the page before: what it heard is among what is continued
const flushed = Promise.race([left, new Promise((done) => setTimeout(done, SOON))]);
onPage(document.querySelector("main"));
switches.show(document);
restore.restore({ player, api, memory, devices });

function onPage(main) {
  queue.page();
  switches.show(main);
  theme.show(main);
  forms.show(main);
  searched(main);
  onResults(main);
  flushed.then(() => continues.fill(main, { player, api, store }));
}

function onResults(results) {
  recent.fill(results);
  rows.mark(document, player);
}
