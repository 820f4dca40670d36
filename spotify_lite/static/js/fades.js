// Fading one song into the next: both together are as loud as each alone. Pure.

export const LONGEST = 12; // seconds

// Return the shares of volume of the song that goes and of the one that comes, at a share of the time.
export function shares(done) {
  const angle = (Math.max(0, Math.min(1, done)) * Math.PI) / 2;
  return [Math.cos(angle), Math.sin(angle)];
}

// Return the seconds in which one song fades into the next: none within an album that is played in its order, and never
// more than a third of either.
export function seconds(wanted, track, next) {
  if (!wanted || !next || follows(track, next)) return 0;
  const shorter = Math.min(track.duration_ms ?? 0, next.duration_ms ?? 0) / 1000;
  return Math.min(wanted, LONGEST, shorter / 3);
}

function follows(track, next) {
  if (!track.album || track.album.id !== next.album?.id) return false;
  if (track.disc_number !== next.disc_number) return (next.disc_number ?? 0) > (track.disc_number ?? 0);
  return next.track_number === track.track_number + 1;
}
