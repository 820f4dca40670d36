// The calm bar: the server is away, what is on this device plays. A page that is shown as it was says since when.

import { el, icon } from "./element.js";
import * as reach from "./reach.js";
import { gettext, say } from "./words.js";

export function start() {
  const bar = el(
    "aside",
    { class: "calm", hidden: true, "aria-label": gettext("Offline") },
    icon("cloud"),
    el("p", {}, el("span", { role: "status" }), el("span", { class: "muted small" })),
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
    const [line, old] = bar.querySelectorAll("p > span");
    if (line.textContent !== words) line.textContent = words;
    old.textContent = bar.hidden ? "" : since();
    const main = document.querySelector("main");
    if (bar.nextElementSibling !== main) main.before(bar);
  };
  document.addEventListener("reach", draw);
  new MutationObserver(draw).observe(document.body, { childList: true }); // another page was put in
  draw();
}

// Return when the page was as it is, where that is not now.
function since() {
  const main = document.querySelector("main");
  const at = main.dataset.asOf && new Date(main.dataset.asOf);
  if (!at || main.querySelector("[data-device]")) return ""; // that one is drawn from what is here
  const today = at.toDateString() === new Date().toDateString();
  const how = { timeStyle: "short", ...(today ? {} : { dateStyle: "medium" }) };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, how).format(at);
  return say(today ? gettext("As it was at %(time)s.") : gettext("As it was on %(time)s."), { time });
}
