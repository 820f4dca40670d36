// The system's own controls: lock screen, headset keys, the media keys of a keyboard.

import { cover } from "./address.js";

export function start({ player }) {
  const session = navigator.mediaSession;
  if (!session) return;
  const acts = {
    play: () => player.play(),
    pause: () => player.pause(),
    previoustrack: () => player.previous(),
    nexttrack: () => player.next(),
    seekto: ({ seekTime }) => player.seek(seekTime * 1000),
    seekbackward: ({ seekOffset = 10 }) => player.seek(player.position - seekOffset * 1000),
    seekforward: ({ seekOffset = 10 }) => player.seek(player.position + seekOffset * 1000),
  };
  for (const [name, act] of Object.entries(acts)) session.setActionHandler(name, act);
  player.addEventListener("change", () => {
    const { track } = player;
    session.playbackState = player.playing ? "playing" : "paused";
    if (!track?.title) return;
    const artwork = track.cover_url
      ? [160, 320, 640].map((size) => ({ src: cover(track, size), sizes: `${size}x${size}` }))
      : [];
    session.metadata = new MediaMetadata({
      title: track.title,
      artist: track.artist,
      album: track.album?.title ?? "",
      artwork,
    });
  });
  player.addEventListener("time", () => {
    const [duration, position] = [player.duration / 1000, player.position / 1000];
    if (duration > 0 && position <= duration) session.setPositionState({ duration, position });
  });
}
