// Continue after a reload: from this device at once, from another device when that one was listened to later.
// Where a page of ours led to this one, as a form does, the sound goes on, unless the browser waits for a press.

const SOUNDED = "sounded"; // when a page of this tab was left with the sound on
const SOON = 10_000; // milliseconds from there to here

// Remember over the change of pages whether there was sound.
export function leave({ playing }) {
  try {
    if (playing) sessionStorage.setItem(SOUNDED, Date.now());
    else sessionStorage.removeItem(SOUNDED);
  } catch {
    // it stands still then
  }
}

export async function restore({ player, api, memory, devices, store }) {
  document.addEventListener("submit", ({ target }) => {
    if (target.matches('[action="/logout"], [action="/settings/delete"]')) store.save("searches", null); // see whose.js
  });
  const own = memory.load();
  if (own?.tracks?.length) player.restore(own);
  const sounded = led();
  let me;
  try {
    me = await api.who();
  } catch {
    return; // the server is away; what this device remembers stands
  }
  const name = me.listener?.username ?? null;
  const mine = own?.listener === name || own?.listener === null ? own : null;
  if (own && !mine) {
    memory.forget(); // another person's queue
    if (!player.playing) player.restore({ tracks: [], shuffled: false, repeat: "off" });
  }
  const stands = await devices.look();
  if (player.playing || player.elsewhere) return;
  if (mine && sounded) player.play({ acted: false });
  else if (!player.track && stands?.queue.length) await devices.adopt(stands);
}

// Say whether a page with sound led here just now; asked again it has not.
function led() {
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  try {
    const since = Date.now() - Number(sessionStorage.getItem(SOUNDED));
    sessionStorage.removeItem(SOUNDED);
    return type === "navigate" && document.referrer.startsWith(location.origin) && since < SOON;
  } catch {
    return false;
  }
}
