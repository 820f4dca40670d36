// The songs behind the address of a page: an album's, an artist's best, a genre's, or one song.

const MOST = 100; // songs of a list without an end of its own

// Return {name, tracks} of a path, or null when it names no list, or the server does not answer.
export async function read(path, api) {
  const [, kind, id] = path.split("/");
  const answer = await FROM[kind]?.(id, api)?.catch(() => null);
  return answer ?? null;
}

const FROM = {
  albums: async (id, api) => {
    const { title, tracks } = await api.get(`/albums/${id}`);
    return { name: title, tracks: playable(tracks) };
  },
  artists: async (id, api) => {
    const { name, top_tracks: tracks } = await api.get(`/artists/${id}`);
    return { name, tracks: playable(tracks) };
  },
  genres: async (slug, api) => {
    const { results } = await api.get(`/tracks?genre=${slug}&order=popular&limit=${MOST}`);
    return { name: results[0]?.genre ?? "", tracks: playable(results) };
  },
  tracks: async (id, api) => {
    const track = await api.get(`/tracks/${id}`);
    return { name: track.title, tracks: playable([track]) };
  },
};

function playable(tracks) {
  return tracks.filter((track) => track.audio_url);
}
