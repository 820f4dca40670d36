// A player for tests: several ways to play, a record of what was heard, and of all that went wrong on the way.

import { record } from "./capture.js";
import * as files from "./ranges.js";
import { Renewing } from "./renewing.js";

const { Events } = window.Hls;
const audio = document.querySelector("audio");
const seen = { stalls: [], switches: [], errors: [] };
const DRY = 0.2; // seconds: with more ahead the machine was busy, and nothing was waited for
let recording;

audio.addEventListener("waiting", () => {
  const { buffered, currentTime, ended } = audio;
  const ahead = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
  if (currentTime > 0 && !ended && ahead < DRY) seen.stalls.push(currentTime);
});
audio.addEventListener("error", () => seen.errors.push(`${audio.error.code} ${audio.error.message}`));

async function start() {
  recording = await record(audio);
  await audio.play();
}

// The element follows the address by itself: a file, or a playlist where the browser knows HLS.
async function plain(url) {
  audio.src = url;
  await start();
}

// A busy machine holds up the playing of what is there: hls.js would skip a tenth of a second to get on.
const UNHURRIED = { highBufferWatchdogPeriod: 60 };

// hls.js: at the bitrate `level`, counted from the lowest, or at those that it chooses.
async function hls(url, { level = -1, ...config }) {
  const player = new window.Hls({ startLevel: level, fLoader: Renewing, ...UNHURRIED, ...config });
  window.player = player;
  player.on(Events.LEVEL_SWITCHED, (_, { level: now }) => seen.switches.push(now));
  player.on(Events.ERROR, (_, error) => {
    if (error.fatal || error.type === window.Hls.ErrorTypes.NETWORK_ERROR) seen.errors.push(error.details);
    if (error.fatal) seen.errors.push("fatal");
  });
  player.loadSource(url);
  player.attachMedia(audio);
  await new Promise((done) => player.once(Events.MANIFEST_PARSED, done));
  player.loadLevel = level;
  await start();
}

async function ranges(urls, options) {
  files
    .play(audio, urls, { decide: window.decide, seen, ...options })
    .catch((error) => seen.errors.push(`fatal ${error.message}`));
  await start();
}

const digest = (urls) => files.digest(urls, { seen, piece: 256 * 1024 });

window.probe = { audio, seen, plain, hls, ranges, digest, heard: () => recording() };
