// The REST door: JSON in and out, the CSRF token, who listens, and the server's clock.

import { Clock } from "./clock.js";
import { after } from "./retry.js";

export const BASE = "/api/v1";
const PATIENCE = 20_000; // milliseconds for one call; tabs wait for each other's

export class Problem extends Error {
  constructor(status, detail, wait = null) {
    super(detail);
    this.status = status; // 0: the server was not reached
    this.after = wait; // milliseconds that the server asks for before the next try, or null
  }
}

export class Api {
  constructor({ clock = new Clock(), store = null } = {}) {
    this.clock = clock;
    this.store = store;
    this.me = null;
    this.meeting = null; // the GET me that is under way
    this.reached = () => {}; // hears of each call whether the server was there
    this.first = null; // the first write of a guest, which makes them: others wait, or there would be two guests
  }

  // Return who listens: {listener, guest, csrf_token, ...}; asked once a page load.
  async who() {
    if (this.me) return this.me;
    this.meeting ??= this.#call("GET", "/me").finally(() => (this.meeting = null));
    this.me = await this.meeting;
    this.store?.save("listener", this.listener);
    return this.me;
  }

  // The name of who listens; null: a guest, or nobody yet. Where the server has not been reached, who did before.
  get listener() {
    return this.me ? (this.me.listener?.username ?? null) : (this.store?.load("listener") ?? null);
  }

  get(path) {
    return this.#call("GET", path);
  }

  // Ask whether what an ETag names still stands: {etag, answer}, the answer null where it does.
  async look(path, etag) {
    const response = await this.#fetch("GET", path, { headers: etag ? { "If-None-Match": etag } : {} });
    if (response.status === 304) return { etag, answer: null };
    return { etag: response.headers.get("ETag"), answer: await this.#answer(response) };
  }

  // Write; raises Problem. `keepalive` lets the request outlive the page; `as` is the listener whose it is, where it
  // must not be taken as another's.
  async write(method, path, body, { keepalive = false, as } = {}) {
    const me = await this.who();
    if (!me.listener && !me.guest) {
      if (this.first) await this.first.catch(() => {});
      else {
        this.first = this.#write(method, path, body, { keepalive, as });
        try {
          const answer = await this.first;
          me.guest = true;
          return answer;
        } finally {
          this.first = null;
        }
      }
    }
    return this.#write(method, path, body, { keepalive, as });
  }

  async #write(method, path, body, { keepalive, as }) {
    if (as !== undefined && as !== this.listener) throw new Problem(403, "Somebody else listens now.");
    try {
      return await this.#call(method, path, body, keepalive);
    } catch (problem) {
      if (problem.status !== 403) throw problem;
      this.me = null; // signed in or out in another tab: the token is another one
      await this.who();
      if (as !== undefined && as !== this.listener) throw problem;
      return this.#call(method, path, body, keepalive);
    }
  }

  async #call(method, path, body, keepalive = false) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["X-CSRFToken"] = this.me?.csrf_token ?? "";
    const sent = performance.now();
    const response = await this.#fetch(method, path, {
      headers,
      keepalive,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const took = performance.now() - sent;
    const answer = await this.#answer(response);
    if (answer?.server_time) this.clock.learn(answer.server_time, took);
    return answer;
  }

  async #fetch(method, path, { headers, ...more }) {
    try {
      const response = await fetch(BASE + path, {
        method,
        headers: { Accept: "application/json", ...headers },
        credentials: "same-origin",
        signal: AbortSignal.timeout(PATIENCE),
        ...more,
      });
      this.reached(true);
      return response;
    } catch {
      this.reached(false);
      throw new Problem(0, "The server was not reached.");
    }
  }

  async #answer(response) {
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new Problem(
      response.status,
      answer?.detail ?? response.statusText,
      after(response.headers.get("Retry-After")),
    );
  }
}
