// Addresses of audio and covers. Pure.

const SOON = 20; // seconds: an address that ends so soon is not worth starting

// Return whether a signed address may still be opened, and lives on for so many seconds; `now` in milliseconds of server
// time. Ours say `exp`, CloudFront's `Expires`.
export function fresh(url, now, seconds = SOON) {
  const exp = Number(/[?&](?:exp|Expires)=(\d+)/.exec(url ?? "")?.[1]);
  return Boolean(url) && (Number.isNaN(exp) || exp > now / 1000 + seconds);
}

// Return the cover of a track at 64, 160, 320 or 640 pixels, or the one that is drawn for it.
export function cover(track, size = 320) {
  if (track.cover_url) return track.cover_url.replace(/\d+\.webp$/, `${size}.webp`);
  return track.album ? `/drawn/album/${track.album.id}.svg` : `/drawn/track/${track.id}.svg`;
}
