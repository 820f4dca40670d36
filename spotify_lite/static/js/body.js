// A piece of a file from one address, handed on as it comes.

const PATIENCE = 5_000; // milliseconds without a byte, after which a place is taken to be dead
const SAMPLE = 200; // milliseconds; what comes in shorter times is measured together
const ENOUGH = 16_384; // bytes in which a link shows itself
const LONG = 1_000; // milliseconds in which a poor one does with less

export class Refused extends Error {
  constructor(status) {
    super(`The answer was ${status}.`);
    this.status = status;
  }
}

// Yield {at, bytes, url, total} from byte `from` up to `to`; raise Refused, or what fetch and its body raise.
export async function* read(url, from, to, { signal, link = null, patience = PATIENCE, priority = "auto" }) {
  const own = new AbortController();
  const stop = () => own.abort(signal.reason);
  let timer = 0;
  const await_ = (promise) => {
    clearTimeout(timer);
    timer = setTimeout(() => own.abort(new Error("Nothing comes any more.")), patience);
    return promise;
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    const headers = { Range: `bytes=${from}-${to - 1}` };
    const answer = await await_(fetch(url, { headers, signal: own.signal, priority }));
    if (answer.status !== 206 && answer.status !== 200) throw new Refused(answer.status);
    yield* pieces(answer, { from, to, link, await_ });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    own.abort(); // what is left of the body is not wanted
  }
}

async function* pieces(answer, { from, to, link, await_ }) {
  const span = /^bytes (\d+)-(\d+)\/(\d+)/.exec(answer.headers.get("Content-Range") ?? "");
  const total = Number(span ? span[3] : answer.headers.get("Content-Length"));
  let at = span ? Number(span[1]) : 0;
  const end = Math.min(to, total || to);
  const reader = answer.body.getReader();
  let [since, came] = [performance.now(), 0];
  const measure = () => {
    const took = performance.now() - since;
    if (!came || (came < ENOUGH && took < LONG)) return;
    link?.add(came, took);
    [since, came] = [performance.now(), 0];
  };
  while (at < end) {
    const { done, value } = await await_(reader.read());
    if (done) break;
    came += value.length;
    if (performance.now() - since >= SAMPLE) measure();
    if (at + value.length > from) yield { at, bytes: value, url: answer.url, total };
    at += value.length;
  }
  measure();
  if (at < end) throw new Error("The body ended early.");
}

// The same of a whole answer that is on this device; no more of it is read than is asked for.
export async function* kept(answer, from, to) {
  const whole = await answer.blob();
  const bytes = new Uint8Array(await whole.slice(from, to).arrayBuffer());
  yield { at: from, bytes, url: null, total: whole.size };
}
