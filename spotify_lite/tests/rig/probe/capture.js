// Records what an audio element sounds like: its left channel, as it is decoded and after every join.

const RATE = 44100; // samples a second: the ladder's own, so that nothing is resampled

export async function record(audio) {
  const context = new AudioContext({ sampleRate: RATE, latencyHint: "playback" });
  await context.audioWorklet.addModule("recorder.js");
  const recorder = new AudioWorkletNode(context, "recorder", { outputChannelCount: [2] });
  const blocks = [];
  recorder.port.onmessage = ({ data }) => blocks.push(data);
  context.createMediaElementSource(audio).connect(recorder).connect(context.destination);
  await context.resume();
  return () => encode(blocks);
}

// 16-bit samples as base64: what a test can take out of the page in one piece.
function encode(blocks) {
  const samples = Int16Array.from(
    blocks.flatMap((block) => Array.from(block)),
    (value) => value * 32767,
  );
  const bytes = new Uint8Array(samples.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}
