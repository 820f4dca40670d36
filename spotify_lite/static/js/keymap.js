// The dialog that lists the keys.

// Return show().
export function start() {
  const dialog = document.querySelector("#keys-dialog");
  const show = () => dialog.open || dialog.showModal();
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-do="keys"]')) show();
    if (event.target === dialog || event.target.closest?.("[data-keys-close]")) dialog.close(); // beside it, or its cross
  });
  return show;
}
