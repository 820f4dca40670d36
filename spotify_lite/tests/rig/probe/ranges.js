// Plays a file that it fetches piece by piece from the first of several addresses that gives the next piece.

const PIECE = 16384; // bytes: a second at 128 kbit/s
const REFUSED = [403, 410]; // altered or expired: only a new decision helps
const PAUSE = 100; // milliseconds between two looks

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// Yields the pieces; `decide` gives the addresses anew, once for each time that the old ones end.
export async function* pieces(urls, { decide, seen, piece = PIECE }) {
  let [place, at, size, asked] = [0, 0, Infinity, false];
  while (at < size) {
    const range = { Range: `bytes=${at}-${Math.min(at + piece, size) - 1}` };
    const answer = await fetch(urls[place], { headers: range }).catch(() => null);
    const bytes = answer?.status === 206 ? await whole(answer) : null;
    if (bytes) {
      size = Number(answer.headers.get("Content-Range").split("/")[1]);
      at += bytes.length;
      asked = false;
      yield bytes;
    } else if (REFUSED.includes(answer?.status) && decide && !asked) {
      urls = await decide();
      asked = true;
    } else if (place + 1 < urls.length) {
      seen.errors.push(`${new URL(urls[place]).host} ${answer?.status ?? "is gone"}`);
      place += 1;
    } else throw new Error(`no place has byte ${at}`);
  }
}

// A body that breaks off is worth nothing here, though what came of it was right: the piece is asked for elsewhere.
async function whole(answer) {
  const bytes = new Uint8Array(await answer.arrayBuffer().catch(() => new ArrayBuffer(0)));
  return bytes.length === Number(answer.headers.get("Content-Length")) ? bytes : null;
}

export async function play(audio, urls, { ahead = 5, mime = 'audio/mp4; codecs="mp4a.40.2"', ...options }) {
  const media = new MediaSource();
  audio.src = URL.createObjectURL(media);
  await new Promise((done) => media.addEventListener("sourceopen", done, { once: true }));
  const buffer = media.addSourceBuffer(mime);
  for await (const piece of pieces(urls, options)) {
    buffer.appendBuffer(piece);
    await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
    while (buffer.buffered.length && buffer.buffered.end(0) - audio.currentTime > ahead) await wait(PAUSE);
  }
  media.endOfStream();
}

export async function digest(urls, options) {
  const parts = [];
  for await (const piece of pieces(urls, options)) parts.push(piece);
  const hash = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
