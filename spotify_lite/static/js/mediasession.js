// The system's own controls: lock screen, headset keys, the media keys of a keyboard.

import { cover } from "./address.js";

const SIZES = [160, 320, 640];
const STEP = 10; // seconds, where the system names none

export function start({ player }) {
  const session = navigator.mediaSession;
  if (!session) return;
  let shown = null; // what the system was told last

  const acts = {
    play: () => player.play(),
    pause: () => player.pause(),
    stop: () => player.pause(),
    previoustrack: () => player.previous(),
    seekto: ({ seekTime }) => player.seek(seekTime * 1000),
    seekbackward: ({ seekOffset }) => player.seek(player.position - (seekOffset || STEP) * 1000),
    seekforward: ({ seekOffset }) => player.seek(player.position + (seekOffset || STEP) * 1000),
  };
  for (const [name, act] of Object.entries(acts)) handle(name, act);

  function handle(name, act) {
    try {
      session.setActionHandler(name, act);
    } catch {
      // a browser that does not know this key
    }
  }

  function draw() {
    const { track, queue } = player;
    session.playbackState = track ? (player.playing ? "playing" : "paused") : "none";
    handle("nexttrack", queue.goesOn ? () => player.next() : null);
    const key = track?.title ? JSON.stringify([track.id, track.title, track.artist, track.cover_url]) : null;
    if (key === shown) return;
    shown = key;
    session.metadata = key ? new MediaMetadata(told(track)) : null;
    stand();
  }

  function stand() {
    if (player.elsewhere?.playing) return; // that sound is another device's to tell of
    const [duration, position] = [player.duration / 1000, player.position / 1000];
    if (duration > 0) session.setPositionState({ duration, position: Math.min(position, duration), playbackRate: 1 });
  }

  player.addEventListener("change", draw);
  player.addEventListener("time", stand);
}

function told(track) {
  return { title: track.title, artist: track.artist ?? "", album: track.album?.title ?? "", artwork: artwork(track) };
}

// The system fetches covers itself: their addresses are whole ones.
function artwork(track) {
  const whole = (size) => new URL(cover(track, size), location.href).href;
  if (!track.cover_url) return [{ src: whole(320), sizes: "any", type: "image/svg+xml" }];
  return SIZES.map((size) => ({ src: whole(size), sizes: `${size}x${size}`, type: "image/webp" }));
}
