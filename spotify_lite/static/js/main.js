// Start everything, once; a page that comes later is only shown to those who draw on it.

import { Api } from "./api.js";
import * as bar from "./bar.js";
import { Claim } from "./claim.js";
import { Clock } from "./clock.js";
import * as database from "./database.js";
import { Devices } from "./devices.js";
import * as keys from "./keys.js";
import { label } from "./labels.js";
import { later } from "./later.js";
import * as layers from "./layers.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import * as navigate from "./navigate.js";
import { Outbox } from "./outbox.js";
import * as parts from "./parts.js";
import { Player } from "./player.js";
import { Progress } from "./progress.js";
import * as qualities from "./qualities.js";
import * as restore from "./restore.js";
import * as rows from "./rows.js";
import * as shelf from "./shelf.js";
import { Sleep } from "./sleep.js";
import { Sound } from "./sound.js";
import * as store from "./store.js";
import * as switches from "./switches.js";
import * as toast from "./toast.js";
import * as volume from "./volume.js";
import * as where from "./where.js";
import { gettext } from "./words.js";

const SOON = 1_500; // milliseconds that what is continued waits for what is still being told
const IDLE = 1_000; // milliseconds from a page that is complete to what sees to this device
const AFTER = 3_000; // milliseconds of sound until what it did without is fetched
const STAYED = 30_000; // milliseconds on a page until names come, which a search without a network needs
const EXTRAS = {
  pressed:
    '[data-menu], [data-menu-of], [data-menu-now], [data-sleep], [data-do="queue"], [data-do="now"], [data-do="keys"], ' +
    "[data-theme-toggle]",
  held: ".row[data-id] > :not(a), .row[data-id] .what, .card a[href]",
};

const api = new Api({ clock: new Clock(store.cell("clock")), store });
const claim = new Claim({ tab: store.cell("claim", store.TAB), browser: store.cell("claim") });
const outbox = new Outbox(database.open({ store }));
const progress = new Progress({ api, outbox, claim, device: label(navigator.userAgent) });
const memory = new Memory({ store, progress, clock: api.clock });
const link = new Link();
const sound = new Sound({ audios: document.querySelectorAll("audio"), store, choose: qualities.chooser(link) });
const sleep = new Sleep({ load: () => store.load("sleep"), save: (until) => store.save("sleep", until) });
const player = new Player({
  sound,
  api,
  progress,
  memory,
  sleep,
  link,
  shelf,
  crossfade: () => Number(switches.chosen("crossfade", 0)),
  even: () => switches.chosen("loudness", "auto"),
  away: () => "offline" in document.documentElement.dataset, // see reach.js
});
const devices = new Devices({ player, api, progress, claim });

const left = progress.send(); // by the page before: what it heard is among what is continued
const flushed = Promise.race([left, new Promise((done) => setTimeout(done, SOON))]);
const say = toast.start();
let extras = null; // extras.js, once it is here
let after = null; // after.js, once it is asked for
const more = later(EXTRAS, async () => {
  const { start } = await import("./extras.js");
  return (extras = start({ player, api, say }));
});
const does = (name) => () =>
  more().then(
    (those) => those[name](),
    () => {},
  );

const keeps = "[data-keep]";
const device = later({ pressed: keeps, held: keeps }, async () => (await import("./device.js")).start({ api, say }));
complete().then(() => {
  sound.prepare();
  import("./ahead.js").then(({ start }) => (player.deck.held = start({ player, api, shelf }))).catch(() => {});
  setTimeout(() => device().catch(() => {}), IDLE);
});

layers.start(); // before the navigation: Back closes what lies over the page first
const { visit, begin } = navigate.start({ onPage });
const filled = parts.start({ player, api, store, say, flushed, begin, onResults });
bar.start({ player, toggleQueue: does("toggleQueue"), toggleNow: does("toggleNow") });
where.start({ player });
volume.start({ loudness: sound.loudness });
rows.start({ player, api, tell: say });
keys.start({
  player,
  sound,
  navigate: visit,
  toggleNow: does("toggleNow"),
  toggleQueue: does("toggleQueue"),
  showKeys: does("showKeys"),
});
switches.start();
sound.addEventListener("playing", soon);
setTimeout(names, STAYED);
document.addEventListener("switched", () => {
  player.deck.level();
  player.changed();
});
player.addEventListener("trouble", async ({ detail }) => {
  const those = await soon();
  if (those) those.tell(detail);
  else say(gettext("The server was not reached."), { label: gettext("Try again"), act: () => player.play() });
});
addEventListener("pagehide", () => {
  player.leave();
  restore.leave(player);
  progress.send({ leaving: true });
  database.spill(store, outbox.unwritten.values());
});

onPage(document.querySelector("main"));
switches.show(document);
restore.restore({ player, api, memory, devices, store });

// It sounds, or does not: what nobody needed until then. Without a network there may be nothing; the next song asks again.
function soon() {
  if (!after) setTimeout(() => more().catch(() => {}), AFTER);
  after ??= import("./after.js").then(
    ({ start }) => start({ player, say }),
    () => (after = null),
  );
  return after;
}

// Who has not searched yet may want to without a network.
function names() {
  import("./pocket.js").then(({ renew }) => renew()).catch(() => {});
}

function onPage(main) {
  switches.show(main);
  extras?.page();
  filled(main);
  onResults(main);
}

function onResults(results) {
  rows.mark(document, player);
  results.dispatchEvent(new Event("found", { bubbles: true }));
}

// The page is here with its pictures; it may have been before this script, which waits for words.
async function complete() {
  if (document.readyState === "complete") return;
  await new Promise((done) => addEventListener("load", done, { once: true }));
}
