// The system's own controls: lock screen, headset keys, the media keys of a keyboard.
// There are no handlers that seek by seconds: iOS has room for two buttons beside play, and would show those instead of
// previous and next. One seeks on its line.

import { cover } from "./address.js";

const SIZES = [160, 320, 640];
const ASTRAY = 0.7; // seconds that the system, which counts on by itself, may be off

export function start({ player }) {
  const session = navigator.mediaSession;
  if (!session) return;
  let shown = null; // what the system was told last
  let stood = { since: 0, position: 0, duration: 0, playing: false }; // seconds, of performance.now() too

  const acts = {
    play: () => player.play(),
    pause: () => player.pause(),
    stop: () => player.pause(),
    previoustrack: () => player.previous(),
    seekto: ({ seekTime }) => player.seek(seekTime * 1000),
  };

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
    const sounds = player.playing && !player.waiting; // WebKit forgets all of it when a sound begins
    const key = track?.title ? JSON.stringify([track.id, track.title, track.artist, track.cover_url, sounds]) : null;
    if (key !== shown) {
      shown = key;
      session.metadata = key ? new MediaMetadata(told(track)) : null;
      for (const [name, act] of Object.entries(acts)) handle(name, act);
      stood.duration = 0;
    }
    stand();
  }

  function stand() {
    if (player.elsewhere?.playing) return; // that sound is another device's to tell of
    const { playing, waiting } = player;
    const [duration, since] = [player.duration / 1000, performance.now() / 1000];
    const position = Math.min(player.position / 1000, duration);
    const counted = stood.position + (stood.playing ? since - stood.since : 0);
    const same = stood.duration === duration && stood.playing === (playing && !waiting);
    if (!(duration > 0) || (same && Math.abs(counted - position) < ASTRAY)) return;
    stood = { since, position, duration, playing: playing && !waiting };
    session.setPositionState({ duration, position, playbackRate: 1 });
  }

  draw();
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
