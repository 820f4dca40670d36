// The one answer that a search page shows large. Pure. A port of catalog/topresult.py.

import * as analyser from "./analyser.js";

const FAR_MORE = 16; // steps of popularity: a name that is also a song's, which is played sixteen times as much

// Return {kind, row} of what is shown large, or null; `words` were typed, mended, `fields` are the names of filters, and
// `unnamed` says whether nothing typed is in a song's title.
export function choose({ words, fields, songs, artists, albums, unnamed }) {
  const [artist, song, album] = [artists[0], songs[0], albums[0]];
  const as = (kind, row) => ({ kind, row });
  if (!words.length) {
    if (album && fields.includes("album")) return as("albums", album);
    return artist && fields.includes("artist") ? as("artists", artist) : null;
  }
  const key = analyser.key(words);
  const isAny = (...names) => names.some((name) => name && keys(name).includes(key));
  const begins = (name) => keys(name).some((one) => one.startsWith(key));
  const namesake = song !== undefined && isAny(song.title);
  const eclipsed = artist && namesake && artist.bucket - song.bucket > FAR_MORE;
  if (artist && !eclipsed && isAny(artist.name, ...artist.aliases.split(";"))) return as("artists", artist);
  if (namesake) return as("tracks", song);
  if (artist && begins(artist.name)) return as("artists", artist);
  if (album && begins(album.title)) return as("albums", album);
  const byArtist = artist && song?.artists.some(({ id }) => id === artist.id) && unnamed(song);
  if (song && !byArtist) return as("tracks", song);
  if (artist) return as("artists", artist);
  return album ? as("albums", album) : null;
}

function keys(name) {
  return analyser.keysOf(analyser.read(name).words.join(" "));
}
