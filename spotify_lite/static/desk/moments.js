/** Moments in the browser's time zone: what lists show in UTC, and what forms ask for with its zone beside it. */

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Write each shown moment as its reader's clock has it; UTC stays in the title. */
function show(root) {
  const words = new Intl.DateTimeFormat(document.documentElement.lang || "en", {
    dateStyle: "medium",
    timeStyle: "short",
  });
  for (const time of root.querySelectorAll("time[data-moment]")) {
    time.title = time.textContent;
    time.textContent = words.format(new Date(time.dateTime));
  }
}

/** Turn a form's UTC moment into the browser's zone, where the form knows that zone. */
function ask(root) {
  for (const input of root.querySelectorAll("input[data-moment]")) {
    const zone = input.parentElement.querySelector("select");
    const known = zone && [...zone.options].some((option) => option.value === ZONE);
    if (!known || zone.value !== "UTC" || input.closest("form").querySelector(".errorlist")) {
      continue;
    }
    if (input.value) {
      input.value = local(new Date(`${input.value}Z`));
    }
    zone.value = ZONE;
  }
}

function local(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function start(root) {
  show(root);
  ask(root);
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", () => start(document));
} else {
  start(document);
}
