// Bring one song to the shelf, whole, with all that its row and its page show.

import { cover, fresh } from "./address.js";
import * as holdings from "./holdings.js";
import * as kept from "./kept.js";
import { refuse } from "./refuse.js";
import * as shelf from "./shelf.js";

const EXPIRED = [403, 410];
const GONE = [404, 410];

// What goes wrong: "away" (no server, try later), "full" (no room), "refused" (this song, for good).
export class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

// Fetch a track and write its row; `onBytes(bytes)` hears of every piece. Raises Trouble.
export async function bring(track, { api, onBytes = () => {}, signal }) {
  if ((await kept.ready()).has(track.id)) return;
  const told = fresh(track.audio_url, api.clock.serverNow()) ? track : await again(track, api);
  let found = await fetched(told, { onBytes, signal });
  if (EXPIRED.includes(found)) found = await fetched(await again(track, api), { onBytes, signal });
  if (typeof found === "number") throw new Trouble(found >= 500 || found === 429 || found === 0 ? "away" : "refused");
  const { url, type, bytes } = found;
  const { pathname: path } = new URL(shelf.keyOf(url).url);
  await holdings.change("songs", track.id, (row) => ({
    plays: 0,
    ...row,
    id: track.id,
    track: told,
    path,
    type,
    bytes,
    at: Date.now(),
  }));
  await Promise.all(beside(told).map(add));
  await kept.changed();
}

// Return the track as the server tells it now, with new addresses.
async function again({ id }, api) {
  try {
    const track = await api.get(`/tracks/${id}`);
    if (track.audio_url) return track;
  } catch (problem) {
    if (!GONE.includes(problem.status)) throw new Trouble("away");
  }
  throw new Trouble("refused");
}

// Return {url, type, bytes} once it lies on the shelf; or the last status, 0 where no place was reached.
async function fetched({ audio_url: first, audio }, { onBytes, signal }) {
  let status = 0;
  for (const url of [first, ...(audio?.fallback_urls ?? [])]) {
    const answer = await fetch(url, { credentials: "omit", priority: "low", signal }).catch(() => null);
    if (answer?.status !== 200) {
      if (answer) refuse(answer);
      status = answer?.status ?? status;
      continue;
    }
    const type = answer.headers.get("Content-Type") ?? "audio/mp4";
    const bytes = await laid(url, answer, type, onBytes);
    if (bytes) return { url, type, bytes };
  }
  return status;
}

// Return how many bytes came, or 0 where the body broke off: then nothing stays.
async function laid(url, answer, type, onBytes) {
  let bytes = 0;
  const counted = new TransformStream({
    transform(piece, out) {
      bytes += piece.length;
      onBytes(piece.length);
      out.enqueue(piece);
    },
  });
  const length = Number(answer.headers.get("Content-Length")) || null;
  const path = [new URL(shelf.keyOf(url).url).pathname];
  try {
    await shelf.put(url, answer.body.pipeThrough(counted), type, length);
  } catch (error) {
    await shelf.remove(path).catch(() => {});
    if (error.name === "QuotaExceededError") throw new Trouble("full");
    return 0;
  }
  if (length === null || bytes === length) return bytes;
  await shelf.remove(path);
  return 0;
}

// What is shown of a song: its cover, small and large, and its waveform.
function beside(track) {
  const sizes = track.cover_url ? [160, 640] : [0];
  return [...sizes.map((size) => cover(track, size)), `/api/v1/tracks/${track.id}/waveform`];
}

async function add(address) {
  try {
    if (await shelf.has(address)) return;
    const answer = await fetch(address, { priority: "low" });
    if (answer.status === 200) await shelf.put(address, await answer.blob(), answer.headers.get("Content-Type") ?? "");
    else refuse(answer);
  } catch {
    // the song sounds without it
  }
}
