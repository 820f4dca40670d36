// Files that are chosen, picked as a folder, or dropped; out of folders only what may be music.

const MUSIC = /\.(mp3|flac|ogg|oga|opus|m4a|m4b|mp4|aac|wav|aiff?|aifc|alac|wma|ape)$/i;

// `take(files, leftOut)` gets what was chosen and how many files of folders were left out.
export function start(form, take) {
  const field = form.querySelector("input[type=file]");
  field.required = false;
  field.addEventListener("change", () => {
    take([...field.files], 0);
    field.value = "";
  });

  const button = form.querySelector("[data-folder]");
  const folder = document.createElement("input");
  folder.type = "file";
  folder.webkitdirectory = true;
  folder.addEventListener("change", () => {
    takeMusic([...folder.files]);
    folder.value = "";
  });
  button.hidden = !("webkitdirectory" in folder);
  button.addEventListener("click", () => folder.click());

  const area = form.querySelector(".drop");
  form.querySelector("[data-drop-hint]").hidden = false;
  for (const name of ["dragenter", "dragover"])
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("over");
  });
  area.addEventListener("drop", async (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    if (!entries.some((entry) => entry?.isDirectory)) take([...event.dataTransfer.files], 0);
    else takeMusic((await Promise.all(entries.filter(Boolean).map(filesIn))).flat());
  });

  function takeMusic(files) {
    const music = files.filter((file) => MUSIC.test(file.name) && !file.name.startsWith("."));
    take(music, files.length - music.length);
  }
}

// Return the files below an entry of a drop.
async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!some.length) break;
    found.push(...some);
  }
  found.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  return (await Promise.all(found.map(filesIn))).flat();
}
