// Loads segments for hls.js: where an address has expired, the playlist is read again, once, and its new one used.

const REFUSED = [403, 410];
const { loader: Plain } = window.Hls.DefaultConfig;
const newest = new Map(); // address without its signature -> with the latest one
const bare = (url) => url.split("?")[0];

export class Renewing {
  constructor(config) {
    this.config = config;
    this.plain = new Plain(config);
  }

  get stats() {
    return this.plain.stats;
  }

  get context() {
    return this.plain.context;
  }

  load(context, config, callbacks) {
    const onError = async (error, ...rest) => {
      if (!REFUSED.includes(error.code)) return callbacks.onError(error, ...rest);
      await renew(window.player.levels[context.frag.level].uri);
      this.plain = new Plain(this.config);
      context.frag.stats = this.plain.stats;
      this.#ask(context, config, callbacks);
    };
    this.#ask(context, config, { ...callbacks, onError });
  }

  #ask(context, config, callbacks) {
    this.plain.load({ ...context, url: newest.get(bare(context.url)) ?? context.url }, config, callbacks);
  }

  abort() {
    this.plain.abort();
  }

  destroy() {
    this.plain.destroy();
  }

  getCacheAge() {
    return this.plain.getCacheAge();
  }

  getResponseHeader(name) {
    return this.plain.getResponseHeader(name);
  }
}

async function renew(playlist) {
  const text = await (await fetch(playlist)).text();
  const url = text.split("\n").find((line) => line && !line.startsWith("#"));
  newest.set(bare(url), url);
}
