// Show the picture that was chosen beside the one of now, before it is sent.

for (const field of document.querySelectorAll("[data-cover]")) {
  const input = field.querySelector("input[type=file]");
  const then = field.querySelector(".cover-then");
  let url = "";
  input.addEventListener("change", () => {
    URL.revokeObjectURL(url);
    const [file] = input.files;
    then.hidden = !file;
    if (!file) return;
    url = URL.createObjectURL(file);
    const image = Object.assign(new Image(160, 160), { src: url, alt: "" });
    image.addEventListener("error", () => (then.hidden = true)); // no picture: the server says so in words
    then.querySelector("img")?.remove();
    then.prepend(image);
  });
}
