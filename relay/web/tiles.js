// The pictures of a call: one tile for oneself and one for each other member.

import { label, say, text } from "./language.js";

export class Tiles {
  #grid;
  #byId = new Map();

  constructor(grid) {
    this.#grid = grid;
  }

  /** `isSelf` is muted and seen as in a mirror. */
  tile(id, isSelf = false) {
    if (this.#byId.has(id)) return this.#byId.get(id);
    const tile = new Tile(isSelf);
    this.#byId.set(id, tile);
    this.#grid.append(tile.element);
    this.#arrange();
    return tile;
  }

  remove(id) {
    this.#byId.get(id)?.element.remove();
    this.#byId.delete(id);
    this.#arrange();
  }

  clear() {
    for (const id of [...this.#byId.keys()]) this.remove(id);
  }

  // Two people: the other one fills the stage. More: a grid as square as it gets.
  #arrange() {
    const count = this.#byId.size;
    const isUpright = window.innerHeight > window.innerWidth;
    const columns = isUpright ? (count > 3 ? 2 : 1) : Math.ceil(Math.sqrt(count));
    this.#grid.classList.toggle("pair", count === 2);
    this.#grid.style.setProperty("--columns", count === 2 ? 1 : Math.max(1, columns));
  }
}

class Tile {
  element = document.createElement("article");
  video = document.createElement("video");
  #face = document.createElement("div");
  #initial = document.createElement("b");
  #name = document.createElement("span");
  #way = document.createElement("span");
  #muted = document.createElement("span");
  #play = document.createElement("button");

  constructor(isSelf) {
    this.element.className = isSelf ? "tile self" : "tile";
    this.video.autoplay = this.video.playsInline = true;
    this.video.muted = isSelf;
    this.#face.className = "face";
    this.#face.append(this.#initial);
    this.#face.setAttribute("aria-hidden", "true");
    const tag = document.createElement("div");
    tag.className = "tag";
    this.#way.className = "way";
    this.#muted.setAttribute("role", "img");
    this.#muted.append(icon("microphone-off"));
    tag.append(this.#name, this.#muted, this.#way);
    this.#play.className = "play";
    this.#play.type = "button";
    this.#play.hidden = true;
    this.#play.onclick = () => this.#start();
    this.element.append(this.video, this.#face, tag, this.#play);
  }

  /** Some browsers let a page sound only after a touch. */
  #start() {
    this.video.play().then(() => { this.#play.hidden = true; }, (error) => {
      this.#play.hidden = error.name !== "NotAllowedError";
    });
  }

  show({ stream, name, camera, microphone, isMirrored = false, isScreen = false }) {
    if (this.video.srcObject !== stream) {
      this.video.srcObject = stream;
      this.#start();
    }
    this.video.hidden = !camera;
    this.#face.hidden = camera;
    this.video.classList.toggle("mirrored", isMirrored);
    this.element.classList.toggle("screen", isScreen);
    this.#initial.textContent = [...name][0]?.toUpperCase() ?? "";
    this.#name.textContent = name;
    this.element.setAttribute("aria-label", name);
    this.video.setAttribute("aria-label", name);
    this.#muted.hidden = microphone;
    label(this.#muted, "call.muted", { name });
    this.#play.textContent = text("call.play", { name });
  }

  /** A short word on the state or the way of the connection. */
  way(key, values) {
    say(this.#way, key, values);
  }
}

export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A round button: its picture, its words, and whether what it stands for is on. */
export function showToggle(button, kind, isOn) {
  const picture = kind === "screen" || isOn ? kind : `${kind}-off`;
  button.querySelector("use").setAttribute("href", `/icons.svg#${picture}`);
  button.classList.toggle(kind === "screen" ? "lit" : "off", kind === "screen" ? isOn : !isOn);
  button.setAttribute("aria-pressed", String(isOn));
  label(button, `call.${kind}.${isOn ? "on" : "off"}`);
}
