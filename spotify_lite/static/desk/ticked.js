// On the page that edits many: whoever fills a field in means to change it, so its tick is set.

for (const row of document.querySelectorAll(".ticked")) {
  const tick = row.querySelector(".tick input");
  const field = row.querySelector(":scope > div");
  const set = () => (tick.checked = true);
  field.addEventListener("input", set);
  globalThis.django?.jQuery?.(field).on("select2:select select2:unselect select2:clear", set); // no DOM events of their own
}
