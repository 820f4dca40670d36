"""An ear at the player's own page: what both of its elements sound, as one recording."""

import base64
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

RECORDER = Path(__file__).parent / "probe" / "recorder.js"
LISTEN = """async (module) => {
  const context = new AudioContext({ sampleRate: 44100, latencyHint: "playback" });
  await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(module)}`);
  const recorder = new AudioWorkletNode(context, "recorder", { outputChannelCount: [2] });
  const blocks = [];
  recorder.port.onmessage = ({ data }) => blocks.push(data);
  for (const audio of document.querySelectorAll("audio")) context.createMediaElementSource(audio).connect(recorder);
  recorder.connect(context.destination);
  await context.resume();
  window.heard = () => {
    const samples = Int16Array.from(blocks.flatMap((block) => Array.from(block)), (value) => value * 32767);
    const bytes = new Uint8Array(samples.buffer);
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };
}"""


def listen(page: Page) -> None:
    """Begin to record; the page's content policy must be off, and something on it have been pressed."""
    page.evaluate(LISTEN, RECORDER.read_text())


def heard(page: Page) -> np.ndarray:
    """Return the samples of all that was heard so far, from -1 to 1."""
    return np.frombuffer(base64.b64decode(page.evaluate("heard()")), "<i2") / 32_767
