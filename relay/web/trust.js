// How a person makes a device trust the authority of this server: the certificate to download, its
// fingerprint, and the steps, of which those for this device are open.

import { authorityOf } from "./authority.js";
import { say, speak } from "./language.js";
import { words as trustWords } from "./words_trust.js";
import { words } from "./words.js";

const $ = (id) => document.getElementById(id);

/** The first that fits: an iPad says that it is a Mac, and Firefox has a store of its own. */
function platform() {
  const { userAgent, maxTouchPoints } = navigator;
  if (/Android/.test(userAgent)) return "android";
  if (/iPhone|iPad/.test(userAgent)) return "iphone";
  if (/Macintosh/.test(userAgent) && maxTouchPoints > 1) return "iphone";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Windows/.test(userAgent)) return "windows";
  return /Macintosh/.test(userAgent) ? "mac" : "linux";
}

async function start() {
  speak(words, trustWords);
  for (const anchor of document.querySelectorAll("nav a")) anchor.hash = location.hash;
  document.querySelector(`[data-platform=${platform()}]`).open = true;
  const authority = await authorityOf();
  if (!authority) return say($("why"), authority === null ? "trust.none" : "trust.unknown");
  say($("named"), "trust.named", { name: authority.name });
  $("fingerprint").replaceChildren(...authority.sha256.split(/(?<=:)/).flatMap((byte) =>
    [byte, document.createElement("wbr")]));
  $("authority").hidden = $("steps").hidden = false;
}

start();
