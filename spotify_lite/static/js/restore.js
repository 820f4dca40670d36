// Continue after a reload: from this device at once, from another device when that one was listened to later.

const LATER = 2_000; // milliseconds; the same moment, written by both sides

export async function restore({ player, api, store }) {
  const own = store.load("player");
  if (own?.tracks?.length) player.restore(own);
  let me;
  try {
    me = await api.who();
  } catch {
    return; // the server is away; what this device remembers stands
  }
  const name = me.listener?.username ?? null;
  if (own && own.listener !== name && own.listener !== null) {
    store.save("player", null); // another person's queue
    if (!player.playing) player.restore({ tracks: [], index: 0, from: "", positionMs: 0 });
  }
  const theirs = await api.get("/me/playback").catch(() => null);
  if (player.playing || !theirs?.queue?.length) return;
  const mine = own && (own.listener === name || own.listener === null) ? own.at : 0;
  if (Date.parse(theirs.updated_at ?? theirs.at) <= mine + LATER) return;
  const known = new Map((own?.tracks ?? []).map((track) => [track.id, track]));
  const tracks = theirs.queue.map((id) => known.get(id) ?? { id });
  const id = theirs.queue[theirs.index];
  if (!known.has(id)) {
    const track = await api.get(`/tracks/${id}`).catch(() => null);
    if (!track || player.playing) return;
    tracks[theirs.index] = track;
  }
  player.restore({ tracks, index: theirs.index, from: "", positionMs: theirs.position_ms });
}
