// The REST door: JSON in and out, the CSRF token, who listens, and the server's clock.

import { Clock } from "./clock.js";

const BASE = "/api/v1";

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status; // 0: the server was not reached
  }
}

export class Api {
  constructor(clock = new Clock()) {
    this.clock = clock;
    this.me = null;
    this.meeting = null; // the GET me that is under way
    this.first = null; // the first write of a guest, which makes them: others wait, or there would be two guests
  }

  // Return who listens: {listener, guest, csrf_token, ...}; asked once a page load.
  async who() {
    if (this.me) return this.me;
    this.meeting ??= this.#call("GET", "/me").finally(() => (this.meeting = null));
    this.me = await this.meeting;
    return this.me;
  }

  get(path) {
    return this.#call("GET", path);
  }

  // Write; raises Problem. `keepalive` lets the request outlive the page.
  async write(method, path, body, { keepalive = false } = {}) {
    const me = await this.who();
    if (!me.listener && !me.guest) {
      if (this.first) await this.first.catch(() => {});
      else {
        this.first = this.#write(method, path, body, keepalive);
        try {
          const answer = await this.first;
          me.guest = true;
          return answer;
        } finally {
          this.first = null;
        }
      }
    }
    return this.#write(method, path, body, keepalive);
  }

  async #write(method, path, body, keepalive) {
    try {
      return await this.#call(method, path, body, keepalive);
    } catch (problem) {
      if (problem.status !== 403) throw problem;
      this.me = null; // signed in or out in another tab: the token is another one
      await this.who();
      return this.#call(method, path, body, keepalive);
    }
  }

  async #call(method, path, body, keepalive = false) {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["X-CSRFToken"] = this.me?.csrf_token ?? "";
    const sent = Date.now();
    let response;
    try {
      response = await fetch(BASE + path, {
        method,
        headers,
        keepalive,
        credentials: "same-origin",
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new Problem(0, "The server was not reached.");
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Problem(response.status, answer?.detail ?? response.statusText);
    if (answer?.server_time) this.clock.learn(answer.server_time, sent, Date.now());
    return answer;
  }
}
