// The upload page: files go out two at a time, to the storage or through the node, and the list says what became of them.
// Without this module the page is a plain form.

import { gettext, ngettext, say } from "../js/words.js";
import { start as startChoosing } from "./choosing.js";
import { sendDirect } from "./direct.js";
import { drawSending, sendingRow, sentRow } from "./parcel.js";
import { Queue } from "./queue.js";
import { send } from "./sending.js";

const SOON = 1_000; // milliseconds between two looks at what the server does
const LATE = 15_000; // where nothing changes
const UNDER_WAY = new Set(["waiting", "reading", "preparing"]);

const form = document.querySelector("[data-upload]");
const section = document.querySelector("[data-sending]");
const sentList = document.querySelector("[data-sent]");
const ways = { form: form.dataset.form, arrived: form.dataset.arrived }; // to the storage, where there is one
const rows = new Map(); // of the files on their way

let sent = []; // as the server told last
let wait = SOON;
let timer = 0;

const queue = new Queue(sendOne, changed);

async function sendOne(item, signal) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const onProgress = (part) => {
    item.progress = part;
    drawSending(rows.get(item), item);
  };
  // An empty file has nothing to be stored: the desk says what is wrong with it.
  const answer = ways.form && item.file.size && (await sendDirect(item, { ways, token, onProgress, signal }));
  if (answer) return answer;
  const fields = { csrfmiddlewaretoken: token, ...(item.publish && { publish: "on" }) };
  return send(form.action, item.file, { fields, onProgress, signal });
}

function take(files, leftOut) {
  for (const file of files) {
    const item = { file, publish: form.elements.publish.checked };
    const cancel = () => queue.cancel(item);
    rows.set(item, sendingRow(item, { cancel, retry: () => queue.retry(item) }));
    section.querySelector("ul").append(rows.get(item));
    if (file.size <= Number(form.dataset.largest)) queue.add(item);
    else
      changed(
        Object.assign(item, { step: "failed", words: gettext("The file is larger than a file may be."), final: true }),
      );
  }
  section.hidden = !rows.size;
  if (leftOut) {
    const sentence = ngettext(
      "%(count)s file that is no music was left out.",
      "%(count)s files that are no music were left out.",
      leftOut,
    );
    tell(say(sentence, { count: leftOut }));
  }
}

function changed(item) {
  const row = rows.get(item);
  if (item.step === "sent" || item.step === "cancelled") {
    row.remove();
    rows.delete(item);
    section.hidden = !rows.size;
    if (item.step === "sent") show([...item.answer.uploads, ...sent]);
  } else drawSending(row, item);
  if (!queue.busy) allSent();
}

function allSent() {
  const failed = rows.size;
  if (!failed) tell(gettext("Everything was sent."));
  else tell(say(ngettext("%(count)s file was not sent.", "%(count)s files were not sent.", failed), { count: failed }));
  wait = SOON;
  look();
}

// Ask what became of the uploads, more seldom while nothing happens, and not at all once all is done.
async function look() {
  clearTimeout(timer);
  timer = 0;
  try {
    const answer = await fetch(form.dataset.state, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const told = (await answer.json()).uploads;
    const same = JSON.stringify(told) === JSON.stringify(sent);
    wait = same ? Math.min(LATE, wait * 1.5) : SOON;
    if (!same) show(told);
  } catch {
    wait = LATE; // signed out, or the server is away: what stands here stays
  }
  if (sent.some((one) => UNDER_WAY.has(one.step))) timer = setTimeout(look, wait);
}

function show(told) {
  const before = sent.some((one) => UNDER_WAY.has(one.step));
  const byId = new Map(told.map((one) => [one.id, one]));
  const focused = document.activeElement.closest?.("[data-id]")?.dataset.id;
  sent = [...byId.values()].sort((one, other) => other.id - one.id);
  sentList.replaceChildren(...sent.map((one) => sentRow(one, { retry: () => retry(one) })));
  if (focused) sentList.querySelector(`[data-id="${focused}"] :is(a, button)`)?.focus();
  document.querySelector("[data-none]").hidden = sent.length > 0;
  const now = sent.some((one) => UNDER_WAY.has(one.step));
  if (before && !now && !queue.busy) tell(gettext("Everything that was sent has been read."));
  if (now && !timer) timer = setTimeout(look, wait);
}

async function retry(one) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  await fetch(one.retry, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => {});
  wait = SOON;
  look();
}

function tell(sentence) {
  document.querySelector("[data-said]").textContent = sentence;
}

form.querySelector("[data-submit]").hidden = true; // choosing is sending
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeunload", (event) => queue.busy && event.preventDefault());
document.addEventListener("visibilitychange", () => document.hidden || look());
startChoosing(form, take);
look();
