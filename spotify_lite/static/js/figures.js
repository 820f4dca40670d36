// The figures of this device, for who wonders and for who is asked: what lies here, where plays came from, how fast they
// sounded. They are drawn into what the page has for them, are told to nobody, and can be copied as text.

import * as plays from "./plays.js";
import * as pocket from "./pocket.js";
import { size } from "./sizes.js";
import * as stock from "./stock.js";
import { gettext, ngettext, say } from "./words.js";

const UNKNOWN = "–";
const RATES = [
  [1_000, "Mbit/s"],
  [1, "kbit/s"],
];

// Draw them on a page that has come, and let its button copy them.
export async function show(main, { player, say: tell }) {
  const section = main.querySelector("[data-figures]");
  const draw = async () => {
    const figures = await read(player);
    for (const [name, words] of Object.entries(worded(figures))) {
      const place = section.querySelector(`[data-figure="${name}"]`);
      if (place && place.textContent !== words) place.textContent = words;
    }
    return figures;
  };
  await draw();
  section.querySelector("[data-figures-copy]").onclick = async () =>
    copy(lines(await draw()).join("\n"), section, tell);
}

// Return the figures as they are; what cannot be known here is null.
async function read(player) {
  const known = (promise) => Promise.resolve(promise).catch(() => null);
  const { progress, deck } = player;
  const [here, names, waiting] = await Promise.all([
    known(stock.figures()),
    known(pocket.stored()),
    known(progress.outbox.waiting()),
  ]);
  const { connection } = navigator;
  return {
    ...here,
    names,
    ...plays.summary(plays.load()),
    link: deck.link?.rate ?? null,
    hint: connection?.effectiveType ?? null,
    saveData: connection?.saveData ?? false,
    waiting,
    version: document.querySelector('script[type="module"]').src.split("/").at(-1).replace(/\.js$/, ""),
  };
}

function worded(figures) {
  const { audio, covers, pages, names, usage, quota, persisted, hits, link, waiting, version } = figures;
  return {
    audio: audio
      ? say(gettext("%(size)s, %(songs)s"), { size: size(audio.bytes), songs: songs(audio.count) })
      : UNKNOWN,
    covers: covers ? number(covers.count) : UNKNOWN,
    pages: pages ? number(pages.count) : UNKNOWN,
    names: names
      ? say(gettext("%(size)s, %(songs)s"), { size: size(names.bytes), songs: songs(names.tracks) })
      : gettext("None"),
    room: quota ? say(gettext("%(usage)s of %(quota)s"), { usage: size(usage), quota: size(quota) }) : UNKNOWN,
    persisted: persisted
      ? gettext("It stays until you remove it.")
      : gettext("The browser may clear it when it runs out of room."),
    device: source(hits?.device),
    edge: source(hits?.edge),
    web: source(hits?.web),
    first: first(figures),
    stalls: stalls(figures),
    link: link === null ? UNKNOWN : rate(link),
    waiting: waiting === null ? UNKNOWN : waiting ? number(waiting) : gettext("Nothing"),
    version,
  };
}

function source(hits) {
  if (!hits?.plays) return gettext("None");
  const count = say(ngettext("%(count)s play", "%(count)s plays", hits.plays), { count: number(hits.plays) });
  return hits.bytes ? `${count}, ${size(hits.bytes)}` : count;
}

function first({ pressed, median, slow }) {
  if (!pressed) return UNKNOWN;
  const of = say(ngettext("the last play", "the last %(count)s plays", pressed), { count: pressed });
  return say(gettext("%(median)s ms for half of %(plays)s, %(slow)s ms for nearly all"), { median, slow, plays: of });
}

function stalls({ plays: count, stalls: times, stillMs }) {
  if (!count) return UNKNOWN;
  if (!times) return say(ngettext("None in one play", "None in %(count)s plays", count), { count });
  const seconds = number(stillMs / 1000, 1);
  return say(ngettext("%(times)s time, %(seconds)s s in all", "%(times)s times, %(seconds)s s in all", times), {
    times,
    seconds,
  });
}

function rate(kbps) {
  const [unit, name] = RATES.find(([least]) => kbps >= least) ?? RATES.at(-1);
  return `${number(kbps / unit, kbps >= 10_000 ? 0 : 1)} ${name}`;
}

function songs(count) {
  return say(ngettext("%(number)s song", "%(number)s songs", count), { number: number(count) });
}

function number(value, digits = 0) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
}

// The same for a report of a fault, in the words of those who read it; nothing in it says who listens, or to what.
export function lines(figures) {
  const { hits, audio, covers, pages, names } = figures;
  return [
    `version: ${figures.version}`,
    `browser: ${navigator.userAgent}`,
    `language: ${document.documentElement.lang}, window: ${innerWidth} x ${innerHeight}`,
    `online: ${navigator.onLine}, link: ${text(figures.link)} kbit/s, hint: ${text(figures.hint)}, save data: ${figures.saveData}`,
    `service worker: ${Boolean(navigator.serviceWorker?.controller)}, persisted: ${Boolean(figures.persisted)}`,
    `audio: ${text(audio?.count)} songs, ${text(audio?.bytes)} bytes; covers: ${text(covers?.count)}; pages: ${text(pages?.count)}`,
    `names: ${text(names?.tracks)} of ${text(names?.of)}, ${text(names?.bytes)} bytes, version ${text(names?.version)}`,
    `storage: ${text(figures.usage)} of ${text(figures.quota)} bytes`,
    ...["device", "edge", "web"].map(
      (name) => `from ${name}: ${text(hits?.[name]?.plays)} plays, ${text(hits?.[name]?.bytes)} bytes`,
    ),
    `first sound: median ${text(figures.median)} ms, 95 % ${text(figures.slow)} ms, of ${figures.pressed} plays`,
    `stalls: ${figures.stalls} in ${figures.plays} plays, ${figures.stillMs} ms; errors: ${figures.errors}`,
    `waiting to be sent: ${text(figures.waiting)}`,
  ];
}

function text(value) {
  return value === null || value === undefined ? "?" : String(Math.round(value) === value || isNaN(value) ? value : Math.round(value)); // prettier-ignore
}

// On a page without TLS there is no clipboard: the text is shown, selected, to be copied by hand.
async function copy(words, section, tell) {
  try {
    await navigator.clipboard.writeText(words);
    tell(gettext("The figures are copied."));
  } catch {
    const field = section.querySelector("textarea");
    field.hidden = false;
    field.value = words;
    field.focus();
    field.select();
  }
}
