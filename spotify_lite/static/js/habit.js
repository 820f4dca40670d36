// What is listened to stays, by itself: once a play counts as heard, its song is kept whole within the budget.

import * as holdings from "./holdings.js";
import * as kept from "./kept.js";
import { refuse } from "./refuse.js";
import * as shelf from "./shelf.js";
import * as space from "./space.js";

const COUNTED = 30_000; // milliseconds heard, or half of the song: as the server counts a play
const STEP = 2_000; // milliseconds; the sound has moved by itself, and not by a seek

export function start({ player }) {
  let play = null; // {id, heard, at, counted} of what sounds

  player.addEventListener("change", () => {
    space.plays(player.track?.id ?? null);
  });
  player.addEventListener("time", () => {
    const { id } = player.progress.play ?? {};
    if (!id || !player.wanted) return;
    const at = player.position;
    if (play?.id !== id) play = { id, heard: 0, at, counted: false };
    const by = at - play.at;
    play.at = at;
    if (by > 0 && by < STEP) play.heard += by;
    if (play.counted || play.heard < Math.min(COUNTED, player.duration / 2)) return;
    play.counted = true;
    heard(player).catch(() => {});
  });
}

async function heard({ track, sound }) {
  const known = (await kept.ready()).has(track.id);
  if (known) return touch(track.id);
  const url = sound.src;
  if (sound.streams || !/^https?:/.test(url) || thrifty() || !space.budget() || !globalThis.caches) return undefined;
  const answer = await fetch(url, { credentials: "omit", priority: "low" });
  if (answer.status !== 200) return refuse(answer);
  await take(track, url, await answer.blob());
  return touch(track.id);
}

// Keep a whole song that was fetched anyhow, if there is room for it.
export async function take(track, url, blob) {
  if (!blob.size || !(await space.fit(blob.size))) return;
  if ((await kept.ready()).has(track.id)) return;
  const type = blob.type || track.audio?.mime?.split(";")[0] || "audio/mp4";
  await shelf.put(url, blob, type);
  const { pathname: path } = new URL(shelf.keyOf(url).url);
  await holdings.change("songs", track.id, (row) => ({
    ...row,
    ...{ id: track.id, track, path, type, bytes: blob.size, at: Date.now(), plays: row?.plays ?? 0 },
  }));
  await kept.changed();
}

async function touch(id) {
  await holdings.change("songs", id, (row) => row && { ...row, at: Date.now(), plays: row.plays + 1 });
}

// Say whether bytes cost something here: nothing is fetched then that nobody asked for.
function thrifty() {
  const { saveData, type, effectiveType } = navigator.connection ?? {};
  return Boolean(saveData) || type === "cellular" || /2g/.test(effectiveType ?? "");
}
