// A sentence above the player: what happened, what is safe, what to do. It goes by itself, or when it is closed.

const STAYS = 8_000; // milliseconds

export function start() {
  const toast = document.querySelector("#toast");
  let timer = 0;
  const close = () => toast.matches(":popover-open") && toast.hidePopover();
  toast.querySelector("button").addEventListener("click", close);
  return function say(sentence) {
    close();
    toast.showPopover(); // again, so that it lies above a view that was opened since
    toast.querySelector("p").textContent = sentence;
    clearTimeout(timer);
    timer = setTimeout(close, STAYS);
  };
}
