// One row of the lists of the upload page: a file on its way, or what became of one.

import { el } from "../js/element.js";
import { gettext, say } from "../js/words.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

export function size(bytes) {
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const told = { style: "unit", unit: UNITS[power], maximumFractionDigits: power > 1 ? 1 : 0 };
  if (!power) told.unitDisplay = "long";
  return new Intl.NumberFormat(document.documentElement.lang, told).format(bytes / 1024 ** power);
}

// Return the row of a file that is on its way; `drawSending` keeps it up to date.
export function sendingRow(item, { cancel, retry }) {
  const name = item.file.name;
  const bar = el("progress", { max: 1, value: 0, "aria-label": say(gettext("Sending %(name)s"), { name }) });
  const stop = el("button", { type: "button", class: "button plain" }, gettext("Cancel"));
  const again = el("button", { type: "button", class: "button plain", hidden: true }, gettext("Try again"));
  stop.setAttribute("aria-label", say(gettext("Cancel %(name)s"), { name }));
  again.setAttribute("aria-label", say(gettext("Try to send %(name)s again"), { name }));
  stop.addEventListener("click", cancel);
  again.addEventListener("click", retry);
  return el("li", { class: "parcel" }, what(name, item.file.size), el("span", { class: "words" }), bar, again, stop);
}

export function drawSending(row, item) {
  row.dataset.step = item.step;
  const words = {
    waiting: gettext("Waiting to be sent"),
    sending: gettext("Sending"),
    failed: item.words,
  };
  row.querySelector(".words").textContent = words[item.step] ?? "";
  const bar = row.querySelector("progress");
  bar.hidden = item.step !== "sending";
  bar.value = item.progress ?? 0;
  const [again] = row.querySelectorAll("button");
  again.hidden = item.step !== "failed" || item.final;
}

// Return the row of an upload as the server tells of it.
export function sentRow(told, { retry }) {
  const row = el("li", { class: "parcel", "data-step": told.step, "data-id": told.id }, what(told.name, told.size));
  row.append(el("span", { class: "words" }, told.words));
  for (const remark of told.remarks) row.append(el("span", { class: "remark" }, remark));
  if (told.track) row.append(el("a", { class: "to", href: told.track.url, dir: "auto" }, told.track.title));
  if (told.retry) {
    const again = el("button", { type: "button", class: "button plain" }, gettext("Try again"));
    again.addEventListener("click", retry);
    row.append(again);
  }
  return row;
}

function what(name, bytes) {
  return el("span", { class: "what" }, el("b", { dir: "auto" }, name), " ", el("small", {}, size(bytes)));
}
