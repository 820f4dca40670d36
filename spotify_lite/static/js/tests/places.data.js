// Places that serve a song's bytes over HTTP, as far as a test wants.

import { createServer } from "node:http";

export const PATH = `/media/ab/${"ab".repeat(32)}.mp4`;

// Start a place for the test `context`: {origin, asked, spoiled, url(exp)}. `asked` are the ranges that came, and
// `spoiled` says what is wrong: {status} for every answer, {cut} after so many bytes of a body, {rate} in bytes a second.
export async function place(context, bytes) {
  const here = { asked: [], spoiled: {} };
  const server = createServer((request, answer) => {
    const { range } = request.headers;
    here.asked.push(range);
    const { status = 206, cut = Infinity, rate = Infinity } = here.spoiled;
    if (status !== 206) {
      answer.writeHead(status).end();
      return;
    }
    const [from, to] = /(\d+)-(\d+)/.exec(range).slice(1).map(Number);
    const body = bytes.subarray(from, to + 1);
    answer.writeHead(206, {
      "Content-Length": body.length,
      "Content-Range": `bytes ${from}-${from + body.length - 1}/${bytes.length}`,
    });
    if (rate < Infinity) trickle(answer, body, rate);
    else if (cut >= body.length) answer.end(body);
    else answer.write(body.subarray(0, cut), () => setTimeout(() => answer.destroy(), 20));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  context.after(() => (server.closeAllConnections(), server.close()));
  here.origin = `http://127.0.0.1:${server.address().port}`;
  here.url = (exp, path = PATH) => `${here.origin}${path}?exp=${exp}&kid=a&sig=00`;
  return here;
}

function trickle(answer, body, rate) {
  const size = Math.ceil(rate / 20);
  const [now, later] = [body.subarray(0, size), body.subarray(size)];
  answer.write(now);
  if (!later.length) answer.end();
  else setTimeout(() => trickle(answer, later, rate), 50);
}
