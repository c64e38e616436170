// Sentences at the top of a page that stay until they are closed or no longer true.

import { label, say, text } from "./language.js";
import { icon } from "./tiles.js";

export class Notices {
  #region;
  #shown = new Map();

  constructor(region) {
    this.#region = region;
  }

  /** `link` is {href, key, values}. One that is shown already is not shown twice. */
  show(key, { values, isBad = false, link } = {}) {
    this.hide(key);
    const notice = document.createElement("div");
    notice.className = isBad ? "notice bad" : "notice";
    const sentence = document.createElement("p");
    say(sentence, key, values);
    notice.append(sentence);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.target = link.target ?? "";
      say(anchor, link.key, link.values);
      notice.append(anchor);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon";
    label(close, "common.close");
    close.append(icon("close"));
    close.onclick = () => this.hide(key);
    notice.append(close);
    this.#region.append(notice);
    this.#shown.set(key, notice);
  }

  hide(...keys) {
    for (const key of keys) {
      this.#shown.get(key)?.remove();
      this.#shown.delete(key);
    }
  }
}

/** Copies, and says so on the button for a moment. */
export async function copyFrom(button, value) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    copyOldWay(value); // Pages without https have no clipboard but this one.
  }
  const before = button.dataset.text;
  button.textContent = text("common.copied");
  setTimeout(() => say(button, before), 1500);
}

function copyOldWay(value) {
  const field = document.createElement("textarea");
  field.value = value;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
