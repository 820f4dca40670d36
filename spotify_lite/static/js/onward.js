// Lists that go on behind what the page has of them: what lets them do so is fetched when a page has one.

export async function page(main, { player, api }) {
  if (!main.querySelector("[data-onward]")) return;
  const longlists = await import("./longlists.js");
  if (main.isConnected) longlists.show(main, { player, api });
}
