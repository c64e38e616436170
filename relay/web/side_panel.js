// What stands beside a call: its messages, and the ways that its connections take.

import { text } from "./language.js";
import { Messages } from "./messages.js";

const $ = (id) => document.getElementById(id);

export class SidePanel {
  #messages = new Messages($("messages"));
  #send;

  /** `send(words)` gives how many it was sent to. */
  constructor(send) {
    this.#send = send;
    for (const name of ["chat", "path"]) {
      $(`show-${name}`).onclick = () => this.#open(this.#isOpen(name) ? undefined : name);
      $(`tab-${name}`).onclick = () => this.#open(name);
    }
    $("panel-close").onclick = () => this.#close();
    $("panel").addEventListener("keydown", (event) => this.#pressed(event));
    $("chat").addEventListener("submit", (event) => this.#submit(event));
    this.#open(undefined);
  }

  heard(from, words) {
    this.#messages.add(words, { from });
    if (this.#isOpen("chat")) return;
    $("unread").hidden = false;
    $("unread").textContent = String(Number($("unread").textContent) + 1);
  }

  event(key, values) {
    this.#messages.event(text(key, values));
  }

  clear() {
    this.#messages.clear();
    this.#open(undefined);
  }

  #isOpen(name) {
    return !$("panel").hidden && !$(`pane-${name}`).hidden;
  }

  #open(name) {
    for (const each of ["chat", "path"]) {
      const isShown = each === name;
      $(`pane-${each}`).hidden = !isShown;
      $(`tab-${each}`).setAttribute("aria-selected", String(isShown));
      $(`tab-${each}`).tabIndex = isShown ? 0 : -1;
      $(`show-${each}`).setAttribute("aria-expanded", String(isShown));
    }
    $("panel").hidden = name === undefined;
    if (name === "chat") {
      $("unread").hidden = true;
      $("unread").textContent = "";
      $("chat-text").focus();
    } else if (name) $(`tab-${name}`).focus();
  }

  // The keyboard goes back to the button that opened it.
  #close() {
    const opener = this.#isOpen("chat") ? $("show-chat") : $("show-path");
    this.#open(undefined);
    opener.focus();
  }

  #pressed({ key, target }) {
    if (key === "Escape") this.#close();
    if (target.role !== "tab" || !["ArrowLeft", "ArrowRight"].includes(key)) return;
    const next = target.id === "tab-chat" ? "path" : "chat";
    this.#open(next);
    $(`tab-${next}`).focus();
  }

  #submit(event) {
    event.preventDefault();
    const words = $("chat-text").value.trim();
    if (!words) return;
    if (!this.#send(words)) {
      this.event("panel.unsent");
      return;
    }
    this.#messages.add(words, { isMine: true });
    $("chat-text").value = "";
  }
}
