// Hands over what is heard, block by block, and lets it pass.

class Recorder extends AudioWorkletProcessor {
  process([heard], [out]) {
    if (heard.length) {
      this.port.postMessage(heard[0].slice());
      heard.forEach((channel, place) => out[place]?.set(channel));
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
