// Let go of an answer that nobody will read: its connection would stay taken until the browser collects garbage, and
// over HTTP/1.1 there are six of them.
export function refuse(answer) {
  answer.body?.cancel().catch(() => {}); // it had broken off
}
