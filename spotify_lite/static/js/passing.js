// Whether the queue goes on without a song that does not sound. Pure.

export const MOST = 3; // songs in a row that may fail: with more, it is not the songs

// `status` is that of the play call, 0 where the server was not reached, null where the audio itself failed; `failures`
// are songs in a row that failed, this one included.
export function goesOn({ status, failures }) {
  return (status === 404 || !status) && failures < MOST;
}
