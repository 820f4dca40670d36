// Search on the device, measured in a page: a worker of ours is asked as pocket.js asks it, without the page's debounce.

async () => {
  const worker = () => {
    const made = new Worker("/static/js/pocket/worker.js", { type: "module" });
    let last = 0;
    const waiting = new Map();
    made.onmessage = ({ data: { id, answer, refused } }) => waiting.get(id)({ answer, refused });
    const ask = (ask, more = {}) =>
      new Promise((done) => {
        waiting.set(++last, ({ answer }) => done(answer));
        made.postMessage({ id: last, ask, ...more });
      });
    return { ask, end: () => made.terminate() };
  };
  const timed = async (act) => {
    const started = performance.now();
    const answer = await act();
    return [performance.now() - started, answer];
  };
  globalThis.bench = {
    async renew() {
      const builder = worker();
      const [took, found] = await timed(() => builder.ask("renew", {}));
      builder.end();
      return [took, found.told.tracks];
    },
    async open() {
      bench.searcher = worker();
      const [took] = await timed(() => bench.searcher.ask("open"));
      return took;
    },
    async search(queries, kinds, limit) {
      const found = [];
      for (const query of queries) {
        const [took, answer] = await timed(() => bench.searcher.ask("search", { query, limit, kinds }));
        const ids = Object.fromEntries(kinds.map((kind) => [kind, answer[kind].map(({ id }) => id)]));
        found.push({ took, inside: answer.took_ms, ids });
      }
      return found;
    },
  };
};
