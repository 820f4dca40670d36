// Sign out of other places without leaving the page, so that the sound goes on: their forms work by themselves too.

import { refuse } from "./refuse.js";

export function start({ say }) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("quiet" in form.dataset)) return;
    event.preventDefault();
    end(form, say);
  });
}

async function end(form, say) {
  const place = form.closest("li");
  const heading = form.closest("section").querySelector("h2");
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    refuse(answer);
    if (!answer.ok) throw new Error("it was not ended");
  } catch {
    form.submit(); // the page of the answer says what is wrong
    return;
  }
  place.remove();
  heading.tabIndex = -1;
  heading.focus();
  say(form.dataset.quiet);
}
