// Continue after a reload: from this device at once, from another device when that one was listened to later.

const LATER = 2_000; // milliseconds; the same moment, written by both sides

export async function restore({ player, api, memory }) {
  const own = memory.load();
  if (own?.tracks?.length) player.restore(own);
  let me;
  try {
    me = await api.who();
  } catch {
    return; // the server is away; what this device remembers stands
  }
  const name = me.listener?.username ?? null;
  const mine = own?.listener === name || own?.listener === null ? own : null;
  if (own && !mine) {
    memory.forget(); // another person's queue
    if (!player.playing) player.restore({ tracks: [], shuffled: false, repeat: "off" });
  }
  const theirs = await api.get("/me/playback").catch(() => null);
  if (player.playing || !theirs?.queue?.length) return;
  if (Date.parse(theirs.updated_at ?? theirs.at) <= (mine?.at ?? 0) + LATER) return;
  const known = mine?.tracks ?? [];
  const { queue, index, position_ms: positionMs } = theirs;
  if (queue.length === known.length && queue.every((id, at) => known[at].id === id)) {
    player.restore({ ...mine, index, positionMs });
    return;
  }
  const byId = new Map(known.map((track) => [track.id, track]));
  const tracks = queue.map((id) => byId.get(id) ?? { id });
  if (!byId.has(queue[index])) {
    const track = await api.get(`/tracks/${queue[index]}`).catch(() => null);
    if (!track || player.playing) return;
    tracks[index] = track;
  }
  player.restore({ tracks, index, from: "", positionMs, shuffled: false });
}
