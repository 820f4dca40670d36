// A file that is not taken: the desk says why in the reader's language, whoever stands before it in English alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { send } from "../../desk/sending.js";

// Answer whatever is sent with this.
function answerWith(status, type, response) {
  globalThis.XMLHttpRequest = class extends EventTarget {
    upload = new EventTarget();
    responseURL = "/admin/catalog/upload/add/";
    open() {}
    setRequestHeader() {}
    getResponseHeader() {
      return type;
    }
    send() {
      Object.assign(this, { status, response });
      this.dispatchEvent(new Event("load"));
    }
  };
  const file = new File(["sound"], "a.mp3");
  return send("/", file, { fields: {}, onProgress() {}, signal: new AbortController().signal });
}

test("what the desk says is shown as it stands", async () => {
  const sent = answerWith(413, "application/json", { detail: "Die Datei ist größer als erlaubt." });
  await assert.rejects(sent, { message: "Die Datei ist größer als erlaubt." });
});

test("a problem document is said in a sentence that is translated", async () => {
  const sent = answerWith(413, "application/problem+json", { detail: "The request is larger than 1048576 bytes." });
  await assert.rejects(sent, { message: "The file is larger than a file may be." });
});

test("an answer that nobody expects has words too", async () => {
  await assert.rejects(answerWith(502, "text/html", null), { message: /^The server could not take the file/ });
});
