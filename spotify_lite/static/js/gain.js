// Even loudness from ReplayGain. Pure.
// A song is only ever turned down: the volume of an audio element ends at 1, and a gain node would put the sound into
// Web Audio, which iOS stops in the background. ReplayGain aims at -18 LUFS, below nearly all music, so that is enough.

// Return the share of full volume, 0 to 1, for a track; one without a gain is taken to be as loud as the middle of its
// queue.
export function share(track, queue) {
  const gain = track?.audio?.gain_db ?? middle(queue);
  return gain === null ? 1 : Math.min(1, 10 ** (gain / 20));
}

function middle(tracks) {
  const known = tracks.map((track) => track.audio?.gain_db ?? null).filter((gain) => gain !== null);
  return known.sort((one, other) => one - other)[Math.floor(known.length / 2)] ?? null;
}
