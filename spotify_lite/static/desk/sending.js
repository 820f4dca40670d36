// Send one file as a form would, with its progress; every way to fail has words.

import { gettext } from "../js/words.js";

// Resolve with the server's JSON; reject with an Error whose message is a sentence.
export function send(url, file, { fields, onProgress, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 201 && answer) resolve(answer);
      else reject(new Error(fromDesk(request) ?? words(request)));
    });
    request.addEventListener("error", () => reject(new Error(gettext("The server was not reached."))));
    request.addEventListener("abort", () => reject(new Error(gettext("Cancelled."))));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
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
