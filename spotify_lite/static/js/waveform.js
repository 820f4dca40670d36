// The shape of a song's sound: where it is asked for, and the bars that are drawn of it. Pure.

const KEY = /\/media\/[0-9a-f]{2}\/([0-9a-f]{64})\./;
const LEAST = 0.04; // of the height: also silence is there to be pressed
const CONTRAST = 1.4; // loud music is near full scale all the time; so its shape shows

// Return the address of a track's peaks, or null where there are none: they come with the renditions that HLS plays. With
// the key of the audio that they are of, they are kept for ever.
export function address({ id, hls_url: adaptive, audio_url: url }) {
  if (adaptive === null) return null;
  const key = KEY.exec(url ?? "")?.[1];
  return `/api/v1/tracks/${id}/waveform${key ? `?of=${key}` : ""}`;
}

// Return so many heights, 0 to 1, of peaks, 0 to 255: the loudest bar of the song is as high as there is room.
export function heights(peaks, count) {
  const bars = Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * peaks.length) / count));
    return peaks.slice(from, to).reduce((sum, peak) => sum + peak, 0) / (to - from);
  });
  const top = Math.max(1, ...bars);
  return bars.map((bar) => Math.max(LEAST, (bar / top) ** CONTRAST));
}

// Return the outline of an SVG of that height: a line a bar, `step` pixels apart, around the middle.
export function outline(bars, { from = 0, step, height }) {
  const middle = height / 2;
  return bars
    .map((bar, at) => {
      const long = Math.max(1, Math.round(bar * height * 10) / 10);
      return `M${from + at * step + step / 2} ${Math.round((middle - long / 2) * 10) / 10}v${long}`;
    })
    .join("");
}
