// Read the head of a fragmented MP4 as our packaging makes it: ftyp, moov and sidx, then fragments (ISO/IEC 14496-12,
// CMAF). Times are seconds of the sound itself: what an encoder puts in front of it lies before 0. Pure.

const LARGEST = 1 << 20; // bytes; fragments of two seconds of a day's audio need half of it
const CONTAINERS = ["moov", "trak", "edts", "mdia"];

export class Unfit extends Error {} // not a file of that form

// Return {mime, init, size, total, timescale, priming, duration, segments: [{at, size, start, duration}]}, or null while
// bytes are missing. `init` starts a decoder, without the edit list: `priming` (seconds) says what it said, alike in every
// browser.
export function read(bytes) {
  const boxes = [...top(bytes)];
  if (boxes.length && boxes[0].kind !== "ftyp") throw new Unfit("It does not begin as an MP4 file.");
  const index = boxes.find(({ kind }) => kind === "sidx");
  if (!index) {
    if (boxes.some(({ kind }) => kind === "mdat" || kind === "moof")) throw new Unfit("It has no index.");
    if (bytes.length > LARGEST) throw new Unfit("Its index is too far behind.");
    return null;
  }
  if (index.end > bytes.length) return null;
  const init = bytes.slice(0, index.at);
  const samples = primed(init);
  const { timescale, segments, total } = indexed(bytes, index);
  const last = segments.at(-1);
  const priming = samples / timescale;
  const duration = last.start + last.duration;
  return { mime: mimeOf(init), init, size: segments[0].at, total, timescale, priming, duration, segments };
}

// Return the number of the segment that sounds at so many seconds.
export function segmentAt({ segments }, seconds) {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (segments[middle].start <= seconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Return the last segment with its last frame said to be as long as the others, as a decoder will make it: so a browser
// knows how much of it to cut off. Frames of FLAC are as long as they say.
export function evened(segment, { mime }) {
  if (mime.includes("flac")) return segment;
  const view = viewOf(segment);
  const [header, run] = [find(segment, "tfhd"), find(segment, "trun")]; // 14496-12, 8.8.7 and 8.8.8
  const has = view.getUint32(header + 4);
  const said = view.getUint32(run + 4);
  if (!(has & 0x8) || !(said & 0x100)) return segment;
  const usual = view.getUint32(header + 12 + (has & 0x1 ? 8 : 0) + (has & 0x2 ? 4 : 0));
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => said & flag).length;
  const first = run + 12 + (said & 0x1 ? 4 : 0) + (said & 0x4 ? 4 : 0);
  const changed = segment.slice();
  viewOf(changed).setUint32(first + (view.getUint32(run + 8) - 1) * fields * 4, usual);
  return changed;
}

function* top(bytes) {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getUint32(at);
    if (size < 8) throw new Unfit("Its boxes do not follow each other.");
    yield { kind: name(bytes, at + 4), at, end: at + size };
    at += size;
  }
}

// Return how many samples the edit list leaves out, and make it free space.
function primed(init) {
  const view = viewOf(init);
  let samples = 0;
  const walk = (from, to) => {
    for (let at = from; at + 8 <= to; at += Math.max(8, view.getUint32(at))) {
      const kind = name(init, at + 4);
      if (CONTAINERS.includes(kind)) walk(at + 8, at + view.getUint32(at));
      if (kind === "elst") {
        const long = view.getUint8(at + 8) === 1;
        samples = Math.max(0, long ? Number(view.getBigInt64(at + 24)) : view.getInt32(at + 20));
      }
      if (kind === "edts") init.set([0x66, 0x72, 0x65, 0x65], at + 4); // "free"
    }
  };
  walk(0, init.length);
  return samples;
}

// Return the type of the sound that the first sample entry describes.
function mimeOf(init) {
  const entry = find(init, "stsd") + 16; // behind the version, the number of entries and the size of the first
  const codec = name(init, entry);
  if (codec === "fLaC") return 'audio/mp4; codecs="flac"';
  if (codec !== "mp4a") throw new Unfit(`${codec} is not joined by the sample.`);
  let at = find(init, "esds") + 8; // descriptors (14496-1, 7.2.6): of the stream, of its decoder, and what starts that
  for (const fields of [3, 13]) at = behindLength(init, at + 1) + fields;
  return `audio/mp4; codecs="mp4a.40.${init[behindLength(init, at + 1)] >> 3}"`;
}

function behindLength(bytes, at) {
  return bytes[at] & 0x80 ? behindLength(bytes, at + 1) : at + 1;
}

// Return where the name of the first box of a kind stands.
function find(bytes, kind) {
  for (let at = 4; at + 4 <= bytes.length; at += 1) if (name(bytes, at) === kind) return at;
  throw new Unfit(`It has no ${kind}.`);
}

// The index counts the sound alone: what the edit list leaves out is in none of its durations.
function indexed(bytes, { at, end }) {
  const view = viewOf(bytes);
  const long = view.getUint8(at + 8) === 1;
  const timescale = view.getUint32(at + 16);
  const first = long ? Number(view.getBigUint64(at + 28)) : view.getUint32(at + 24);
  const list = at + (long ? 36 : 28);
  const count = view.getUint16(list + 2);
  if (!timescale || !count || list + 4 + 12 * count > end) throw new Unfit("Its index says nothing.");
  const segments = [];
  let [offset, units] = [end + first, 0];
  for (let place = list + 4; segments.length < count; place += 12) {
    const size = view.getUint32(place) & 0x7fffffff;
    const duration = view.getUint32(place + 4);
    segments.push({ at: offset, size, start: units / timescale, duration: duration / timescale });
    offset += size;
    units += duration;
  }
  return { timescale, segments, total: offset };
}

function name(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
