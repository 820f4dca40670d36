// The page that stands in for one that did not come: what happened, what is safe, what to do.

import { el } from "./element.js";
import { gettext } from "./words.js";

// Return a main; `again` is called by its button, and by itself once this device is on the net again.
export function draw(trouble, again) {
  const button = el("button", { type: "button", class: "btn play" }, gettext("Try again"));
  button.addEventListener("click", again);
  if (trouble === "away") {
    addEventListener("online", () => button.isConnected && again(), { once: true });
  }
  return el(
    "main",
    { id: "main", "data-passing": true },
    el(
      "div",
      { class: "inner" },
      el(
        "section",
        { class: "void small-void" },
        el("h1", {}, gettext("This page did not come through")),
        el("p", {}, says(trouble)),
        el(
          "p",
          { class: "choices" },
          button,
          el("a", { class: "btn plain", href: "/", "data-back": true }, gettext("Back")),
        ),
      ),
    ),
  );
}

function says(trouble) {
  if (trouble === "busy") {
    return gettext("The server is busy right now. What you are playing goes on; please try again in a moment.");
  }
  if (trouble === "broken") {
    return gettext("Something went wrong on our side, and it has been noted. What you are playing goes on.");
  }
  if (trouble === "late") {
    return gettext("The server did not answer in time. What you are playing goes on; please try again.");
  }
  return gettext("The server was not reached. What has been loaded plays on; check whether this device is online.");
}
