// One play of a song, as the deck puts it on: {track, playId, supply}.

import { Supply } from "./supply.js";

// Return it; its id is told to nobody before it is needed.
export function make(track, deck) {
  const { player, api, sources, link, shelf, held } = deck;
  const item = { track, playId: player.progress.reserve() };
  const now = () => api.clock.serverNow();
  item.supply = new Supply({ track, sources, link, shelf, held, now, ask: () => decide(item, deck) });
  return item;
}

// Tell the server of the play, which says where the song is. Raises Problem.
async function decide(item, deck) {
  const { player, api } = deck;
  const body = { play_id: item.playId, device: player.progress.device };
  const answer = await api.write("POST", `/tracks/${item.track.id}/play`, body);
  player.queue.fill(answer.track);
  if (deck.item === item) {
    deck.level();
    player.changed();
  }
  return answer.sources;
}
