// Send one file straight to the storage: the desk signs a form, the storage takes the file, and the desk looks at it.

import { gettext } from "../js/words.js";
import { Unreached, post, told } from "./sending.js";

// Resolve with the desk's JSON, or with nothing where this browser does not reach the storage: there is another way.
// `item.claim` is kept where the storage has the file and the desk could not be told, so that it is not sent again.
export async function sendDirect(item, { ways, token, onProgress, signal }) {
  const own = { csrfmiddlewaretoken: token };
  if (!item.claim) {
    const about = { ...own, name: item.file.name, size: item.file.size, ...(item.publish && { publish: "on" }) };
    const form = told(await post(ways.form, about, { signal }));
    if (!(await taken(form, item.file, { onProgress, signal }))) return null;
    item.claim = form.claim;
  }
  const answer = await post(ways.arrived, { ...own, claim: item.claim }, { signal });
  if (answer.status === 404) item.claim = null; // it did not arrive whole: the next try sends it again
  return told(answer);
}

async function taken(form, file, { onProgress, signal }) {
  try {
    const answer = await post(form.url, { ...form.fields, file }, { type: "text", onProgress, signal });
    if (answer.status < 300) return true;
    const tooLarge = answer.response.includes("EntityTooLarge");
    throw new Error(
      tooLarge
        ? gettext("The file is larger than a file may be.")
        : gettext("The server could not take the file. Please try again."),
    );
  } catch (error) {
    if (error instanceof Unreached) return false;
    throw error;
  }
}
