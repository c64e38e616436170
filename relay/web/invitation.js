// The link to a room, as text, as a QR code, and handed to whatever the device sends links with.

import { label } from "./language.js";
import { copyFrom } from "./notices.js";
import { drawCode } from "./qr.js";

const $ = (id) => document.getElementById(id);

export class Invitation {
  #link;

  /** `link()` gives it as it is now. */
  constructor(link) {
    this.#link = link;
    $("show-share").onclick = () => this.#open();
    $("share-close").onclick = () => $("share").close();
    $("share-copy").onclick = () => copyFrom($("share-copy"), link());
    $("waiting-copy").onclick = () => copyFrom($("waiting-copy"), link());
    $("share-send").onclick = () => navigator.share({ url: link() }).catch(() => {});
  }

  /** For who waits alone. */
  show() {
    $("waiting-code").replaceChildren(this.#code());
  }

  #open() {
    $("share-link").value = this.#link();
    $("share-code").replaceChildren(this.#code());
    $("share-send").hidden = !navigator.share;
    $("share").showModal();
  }

  #code() {
    const canvas = drawCode(this.#link());
    if (!canvas) return ""; // Too long for one; the link is there.
    canvas.setAttribute("role", "img");
    label(canvas, "share.code");
    return canvas;
  }
}
