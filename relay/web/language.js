// Which language the page speaks: what the person chose here, else the first of the browser's that
// there is. Words are rows {key: [English, Chinese]}. What was said once is said again when the
// language changes: elements remember their key, and say() their values.

import { recall, remember } from "./memory.js";

const CHOSEN = "turnbox.language";
const LANGUAGES = ["en", "zh"];
const words = {};
const valuesOf = new WeakMap();

let language = initialLanguage();

function initialLanguage() {
  const wanted = [recall(CHOSEN), ...navigator.languages];
  const known = wanted.map((tag) => tag?.slice(0, 2)).find((tag) => LANGUAGES.includes(tag));
  return known ?? "en";
}

/** The text of a key; `{name}` stands for a value, and a key that nobody knows for itself. */
export function text(key, values = {}) {
  const row = words[key];
  if (!row) return key;
  return row[LANGUAGES.indexOf(language)].replace(/\{(\w+)\}/g, (whole, name) =>
    String(values[name] ?? whole));
}

/** Makes the element say it, now and in another language later. As text, whatever values are. */
export function say(element, key, values) {
  element.dataset.text = key;
  valuesOf.set(element, values);
  const said = key ? text(key, values) : "";
  if (element.textContent !== said) element.textContent = said;
}

/** The same for what a control is called (and its tooltip). */
export function label(element, key, values) {
  element.dataset.label = key;
  valuesOf.set(element, values);
  element.setAttribute("aria-label", text(key, values));
  element.title = text(key, values);
}

export function listFormat(items) {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(items);
}

export function timeFormat(date) {
  return date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

/** Fills the page from these words and gives its language switch (#language) its life. */
export function speak(...lists) {
  Object.assign(words, ...lists);
  translatePage();
  const toggle = document.getElementById("language");
  toggle.addEventListener("click", () => {
    language = language === "en" ? "zh" : "en";
    remember(CHOSEN, language);
    translatePage();
    document.dispatchEvent(new Event("language"));
  });
}

function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    say(element, element.dataset.text, valuesOf.get(element));
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    label(element, element.dataset.label, valuesOf.get(element));
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = text(element.dataset.placeholder);
  }
}
