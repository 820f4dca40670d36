// "Keep on this device": a wish is a row, and stays one until all of its songs are here; one tab at a time sees to them.
// A reload goes on where the last one stopped, and nothing is asked for while the server is away.
// The document hears "keeping" {detail: {key, done, count, share}} while something comes, and "kept" when it is here.

import { bring, Trouble } from "./bringing.js";
import * as holdings from "./holdings.js";
import * as kept from "./kept.js";
import * as reach from "./reach.js";
import * as space from "./space.js";
import { gettext, ngettext, say } from "./words.js";

const AGAIN = 5_000; // milliseconds after which what did not come is asked for again

let api = null;
let tell = () => {};
let running = false;
let stop = null; // aborts what comes, when it is no longer wanted
let timer = 0;

export function start(given) {
  ({ api, tell } = given);
  document.addEventListener("reach", ({ detail }) => detail.online && run());
  run();
}

function keyOf(kind, id) {
  return `${kind} ${id}`;
}

// A button of an album or a song was pressed: keep it, or no longer.
export function press(button) {
  const [, kind, id] = button.dataset.keep.split("/");
  const title = document.querySelector("main h1").textContent.trim();
  return toggle({ kind: kind.slice(0, -1), id: Number(id), title });
}

export async function toggle(what) {
  await kept.ready();
  const key = keyOf(what.kind, what.id);
  const wish = kept.wish(key);
  if (wish && wish.state !== "full" && wish.state !== "refused") {
    await drop(key);
    tell(say(gettext("“%(title)s” is no longer kept here."), what), {
      label: gettext("Undo"),
      act: () => keep(what),
    });
  } else await keep(what);
}

// Keep a track or an album: {kind, id, title}.
export async function keep({ kind, id, title }) {
  navigator.storage?.persist?.().catch(() => {}); // or the browser may take it back when it is short of room
  const key = keyOf(kind, id);
  const row = { key, kind, id, title, artist: "", cover_url: null, tracks: null, at: Date.now(), state: "wanted" };
  try {
    await holdings.put("wishes", row);
  } catch {
    tell(gettext("This browser does not let us keep anything here."));
    return;
  }
  await kept.changed();
  run();
}

// No longer keep it: what no other wish names goes.
export async function drop(key) {
  stop?.(key);
  const { tracks } = kept.wish(key) ?? {};
  await holdings.remove("wishes", [key]);
  await kept.changed();
  const others = space.pinned();
  const going = (tracks ?? []).filter((id) => !others.has(id));
  const rows = await Promise.all(going.map((id) => holdings.get("songs", id)));
  await space.drop(rows.filter(Boolean));
}

// See to what is wanted and not here.
export async function run() {
  if (running) return;
  running = true;
  clearTimeout(timer);
  try {
    await alone(async () => {
      await kept.ready();
      for (;;) {
        const next = kept.wanted().find(({ state }) => state === "wanted");
        if (!next) return;
        await fulfil(next);
      }
    });
  } catch (problem) {
    if (!(problem instanceof Trouble)) throw problem;
    if (!reach.offline()) timer = setTimeout(run, AGAIN);
  } finally {
    running = false;
  }
}

async function fulfil(wish) {
  const { key } = wish;
  const aborted = new AbortController();
  stop = (other) => other === key && aborted.abort();
  try {
    const ids = wish.tracks ?? (await look(wish));
    let refused = 0;
    for (const [done, id] of ids.entries()) {
      if (kept.has(id)) continue;
      const { track } = (await holdings.get("songs", id)) ?? { track: { id } };
      let bytes = 0;
      const onBytes = (piece) => {
        bytes += piece;
        progress({ key, done, count: ids.length, share: Math.min(1, bytes / (track.audio?.bytes || Infinity)) });
      };
      progress({ key, done, count: ids.length, share: 0 });
      try {
        if (aborted.signal.aborted) return;
        await bring(track, { api, onBytes, signal: aborted.signal });
      } catch (problem) {
        if (aborted.signal.aborted) return;
        if (problem.kind === "full" && (await madeRoom(track))) throw new Trouble("away"); // once more, with that room
        if (problem.kind !== "refused") throw problem;
        refused += 1;
      }
    }
    navigator.serviceWorker?.controller?.postMessage({ visited: [`/${wish.kind}s/${wish.id}`] }); // its page, too
    await end(wish, refused === ids.length ? "refused" : "kept");
    if (refused) tell(said(wish, refused, ids.length));
  } catch (problem) {
    if (aborted.signal.aborted) return;
    if (problem.kind === "away" || !(problem instanceof Trouble)) throw new Trouble("away");
    await end(wish, problem.kind);
    if (problem.kind === "full") {
      const sentence = gettext("“%(title)s” could not be kept: this device is full. Nothing else changed.");
      tell(say(sentence, wish));
    } else tell(said(wish, 1, 1));
  }
}

// Ask what an album or a track is made of, and note it: from then on the rows say what is still to come.
async function look({ key, kind, id }) {
  let found;
  try {
    found = await api.get(kind === "album" ? `/albums/${id}` : `/tracks/${id}`);
  } catch (problem) {
    throw new Trouble(problem.status === 404 ? "refused" : "away");
  }
  const tracks = (kind === "album" ? found.tracks : [found]).filter((track) => track.audio_url);
  for (const track of tracks) await note(track);
  const ids = tracks.map((track) => track.id);
  const { title, artist, cover_url } = found;
  await holdings.change("wishes", key, (row) => row && { ...row, title, artist, cover_url, tracks: ids });
  await kept.changed();
  return ids;
}

// A song that is to come has a row without a path.
function note(track) {
  return holdings.change("songs", track.id, (row) =>
    row?.path ? row : { plays: 0, at: Date.now(), ...row, id: track.id, track },
  );
}

async function madeRoom({ audio }) {
  const before = kept.ids().size;
  await space.fit(Math.min(space.budget(), 2 * (audio?.bytes ?? 10e6)));
  return kept.ids().size < before;
}

async function end({ key }, state) {
  await holdings.change("wishes", key, (row) => row && { ...row, state });
  await kept.changed();
}

function progress(detail) {
  document.dispatchEvent(new CustomEvent("keeping", { detail }));
}

function said({ title }, refused, count) {
  if (refused === count) return say(gettext("“%(title)s” cannot be kept right now."), { title });
  const sentence = ngettext(
    "“%(title)s” is here, but for %(count)s song that cannot be played right now.",
    "“%(title)s” is here, but for %(count)s songs that cannot be played right now.",
    refused,
  );
  return say(sentence, { title, count: refused });
}

// Do it while no other tab of this browser does.
function alone(act) {
  return navigator.locks ? navigator.locks.request("keep", { ifAvailable: true }, (lock) => lock && act()) : act();
}
