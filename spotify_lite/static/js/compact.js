// Fewer events for the same listening: of a stretch that plays on, its two ends say it all. Pure.

const EVEN = 250; // milliseconds by which position and clock may part between two events of one stretch

// Return the entries of {event} without those in the middle of a stretch; the order of a play is that of its seq.
//
// What was heard is, between neighbours, the lesser of what position and clock advanced (the server's merge rule). Of
// a sum of lessers and the lesser of the sums, the second is never less: what is heard is never lost, and the last
// event of each play, where it paused, jumped or ended, stays.
export function compact(entries) {
  const plays = new Map();
  for (const entry of entries) {
    const { play_id: id } = entry.event;
    if (!plays.has(id)) plays.set(id, []);
    plays.get(id).push(entry);
  }
  return [...plays.values()].flatMap((play) => thin(play.sort((one, other) => one.event.seq - other.event.seq)));
}

function thin(play) {
  const kept = [];
  play.forEach((entry, at) => {
    const [before, after] = [kept.at(-1), play[at + 1]];
    if (!before || !after || !goesOn(before.event, entry.event) || !goesOn(entry.event, after.event)) kept.push(entry);
  });
  return kept;
}

function goesOn(one, next) {
  if (one.state !== "playing" || one.track_id !== next.track_id) return false;
  const moved = next.position_ms - one.position_ms;
  const took = Date.parse(next.at) - Date.parse(one.at);
  return moved >= 0 && took >= 0 && Math.abs(moved - took) <= EVEN;
}
