// Send one file as a form would, with its progress; every way to fail has words.

import { gettext } from "../js/words.js";

export class Unreached extends Error {}

// Resolve with the desk's JSON; reject with an Error whose message is a sentence.
export async function send(url, file, { fields, onProgress, signal }) {
  return told(await post(url, { ...fields, files: file }, { onProgress, signal }));
}

// Resolve with the request once it is answered, whatever the answer; fields go out in their order.
export function post(url, fields, { type = "json", onProgress, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof File) form.append(name, value, value.name);
    else form.append(name, value);
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = type;
    request.setRequestHeader("Accept", "application/json");
    if (onProgress)
      request.upload.addEventListener("progress", (event) => onProgress(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Unreached(gettext("The server was not reached."))));
    request.addEventListener("abort", () => reject(new Error(gettext("Cancelled."))));
    signal?.addEventListener("abort", () => request.abort());
    if (signal?.aborted) reject(new Error(gettext("Cancelled.")));
    else request.send(form);
  });
}

// Return what the desk has answered; throw an Error whose message is a sentence where it refuses.
export function told(request) {
  if (request.status === 201 && request.response) return request.response;
  throw new Error(fromDesk(request) ?? words(request));
}

// What the desk says is in the reader's language; whoever stands before it speaks English, in problem documents.
function fromDesk(request) {
  const type = request.getResponseHeader("Content-Type") ?? "";
  return type.startsWith("application/json") ? request.response?.detail : undefined;
}

function words(request) {
  if (request.status === 413) return gettext("The file is larger than a file may be.");
  if (request.status === 507) return gettext("There is no room left for files on the server. Nothing was kept.");
  if (request.status === 403 || request.responseURL.includes("login"))
    return gettext("You are signed out. Sign in in another tab, then try again.");
  return gettext("The server could not take the file. Please try again.");
}
