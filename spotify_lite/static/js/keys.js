// Keys, where nothing is being typed: space, arrows, J and L, N and P, M, and / for search.

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";

export function start({ player, navigate }) {
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.matches?.(TYPED)) return;
    const pressable = target.closest?.("button, a, summary, [role=menu]");
    if (key === " " && pressable) return;
    if (key.startsWith("Arrow") && target.closest?.("input, [role=menu]")) return;
    const act = {
      " ": () => player.toggle(),
      ArrowLeft: () => player.seek(player.position - 5_000),
      ArrowRight: () => player.seek(player.position + 5_000),
      j: () => player.seek(player.position - 10_000),
      l: () => player.seek(player.position + 10_000),
      n: () => player.next(),
      p: () => player.previous(),
      m: () => (player.audio.muted = !player.audio.muted),
      "/": () => search(navigate),
    }[key.length === 1 ? key.toLowerCase() : key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

async function search(navigate) {
  if (!document.querySelector("[data-query]")) await navigate("/search");
  const field = document.querySelector("[data-query]");
  field?.focus();
  field?.select();
}
