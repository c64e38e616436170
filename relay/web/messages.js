// The messages of a call or of the chat page, as a list that a screen reader reads out.

import { text, timeFormat } from "./language.js";

const KEPT = 500;

export class Messages {
  #list;

  constructor(list) {
    this.#list = list;
  }

  add(words, { from = "", isMine = false } = {}) {
    const head = document.createElement("small");
    head.textContent = `${isMine ? text("common.you") : from}  ${timeFormat(new Date())}`;
    const body = document.createElement("p");
    body.textContent = words;
    this.#append(isMine ? "mine" : "", head, body);
  }

  /** What happened, rather than what somebody said. */
  event(words) {
    this.#append("event", words);
  }

  clear() {
    this.#list.replaceChildren();
  }

  #append(className, ...content) {
    const list = this.#list;
    const followed = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    const item = document.createElement("li");
    item.className = className;
    item.append(...content);
    list.append(item);
    if (list.children.length > KEPT) list.firstChild.remove();
    if (followed || className === "mine") list.scrollTop = list.scrollHeight;
  }
}
