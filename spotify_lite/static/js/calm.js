// The calm bar: the server is away, what is on this device plays. A page that is shown as it was says since when.

import { el, icon } from "./element.js";
import * as reach from "./reach.js";
import { gettext, say } from "./words.js";

export function start() {
  const bar = el(
    "aside",
    { class: "calm", hidden: true, "aria-label": gettext("Offline") },
    icon("cloud"),
    el("p", { role: "status" }),
    el("button", { type: "button", class: "link" }, gettext("Try now")),
  );
  bar.querySelector("button").addEventListener("click", reach.look);
  const { asOf } = document.documentElement.dataset;
  if (asOf) document.querySelector("main").dataset.asOf = asOf; // pages.js says it of those that come after
  delete document.documentElement.dataset.asOf;
  const draw = () => {
    const { offline } = document.documentElement.dataset;
    bar.hidden = offline === undefined;
    const words = bar.hidden ? "" : gettext("You are offline. What is on this device plays; the rest waits.");
    const line = bar.querySelector("p");
    const all = [words, bar.hidden ? "" : since()].filter(Boolean).join(" ");
    if (line.textContent !== all) line.textContent = all;
    const main = document.querySelector("main");
    if (bar.nextElementSibling !== main) main.before(bar);
  };
  document.addEventListener("reach", draw);
  new MutationObserver(draw).observe(document.body, { childList: true }); // another page was put in
  draw();
}

// Return when the page was as it is, where that is not now.
function since() {
  const at = document.querySelector("main").dataset.asOf;
  if (!at) return "";
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  return say(gettext("This page is as it was on %(time)s."), { time: time.format(new Date(at)) });
}
