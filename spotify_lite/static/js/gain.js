// Even loudness: how far a song is turned down, by its own gain or by its album's. Pure.
// A song is only ever turned down: the volume of an audio element ends at 1, and a gain node would put the sound into
// Web Audio, which iOS stops in the background. Gains lead to -18 LUFS, below nearly all music, so that is enough; and
// where the song was measured no gain leads a true peak above -1 dBTP, so that none does here.

// Return the share of full volume, 0 to 1, for a track of a queue. Modes: "off"; "track", each song by itself; "album",
// each by its album; "auto", by the album while that plays in its order, so that its quiet songs stay quiet. A track
// without a gain is taken to be as loud as the middle of its queue.
export function share(track, queue, mode) {
  if (mode === "off") return 1;
  const whole = mode === "album" || (mode === "auto" && inOrder(track, queue));
  const gain = (whole ? track?.audio?.album_gain_db : null) ?? track?.audio?.gain_db ?? middle(queue.tracks);
  return gain === null ? 1 : Math.min(1, 10 ** (gain / 20));
}

// Say whether a track of a queue plays beside another one of its album, in the album's order.
export function inOrder(track, { tracks, shuffled }) {
  const at = tracks.findIndex((other) => other === track || other.id === track?.id);
  if (shuffled || at < 0) return false;
  return follows(tracks[at - 1], tracks[at]) || follows(tracks[at], tracks[at + 1]);
}

// Rows of a page do not say which number they are: there a list of an album's songs is taken to be in its order.
function follows(one, other) {
  if (!one?.album || one.album.id !== other?.album?.id || one.id === other.id) return false;
  const place = ({ disc_number: disc, track_number: number }) => (number ? disc * 1000 + number : null);
  const [before, behind] = [place(one), place(other)];
  return before === null || behind === null || before < behind;
}

function middle(tracks) {
  const known = tracks.map((track) => track.audio?.gain_db ?? null).filter((gain) => gain !== null);
  return known.sort((one, other) => one - other)[Math.floor(known.length / 2)] ?? null;
}
