// Photos before they are sent: a preview of each chosen picture, and its weight brought down for a slow network.
// `<div data-photo>` holds the file input (accept image/*, capture) and `<ul data-photo-previews>`.
import { each } from "./lib/dom.js";

const LONG_SIDE = 2000;
const SMALL_ENOUGH = 800 * 1024;

/** A lighter JPEG of the picture, or the file itself when that would not help. */
async function lighter(file) {
  if (file.size <= SMALL_ENOUGH || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    const name = file.name.replace(/\.\w+$/, "") + ".jpg";
    return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file; // a picture this browser cannot read is the server's to refuse, with a sentence
  }
}

function preview(list, files, remove) {
  for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  list.replaceChildren();
  files.forEach((file, index) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-close";
    button.setAttribute("aria-label", `${list.dataset.remove} ${file.name}`);
    button.addEventListener("click", () => remove(index));
    item.append(image, button);
    list.append(item);
  });
}

each("[data-photo]", (box) => {
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector("[data-photo-previews]");
  let kept = [];

  const write = () => {
    const basket = new DataTransfer();
    for (const file of kept) basket.items.add(file);
    input.files = basket.files;
    preview(list, kept, (index) => {
      kept.splice(index, 1);
      write();
    });
  };
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    box.setAttribute("aria-busy", "true");
    const ready = await Promise.all(chosen.map(lighter));
    kept = input.multiple ? [...kept, ...ready] : ready.slice(-1);
    write();
    box.removeAttribute("aria-busy");
  });
});
