// The pages of the server as a person uses them: opens one, enters a room, looks at the others.
import process from "node:process";
import { expect, waitFor } from "./chromium.mjs";

const SITE = `https://${process.argv[3]}:8098`;
export const SOON_MS = 30_000;
export const DESKTOP = { viewport: { width: 1280, height: 800 }, locale: "en-US" };
export const PHONE = {
  viewport: { width: 390, height: 844 }, locale: "zh-CN", isMobile: true, hasTouch: true,
  colorScheme: "dark",
};

/** A page in a window of its own; a script that fails on it is a problem of the case. */
export async function open(browser, where, options = DESKTOP) {
  const context = await browser.newContext({ ...options });
  if (options.withoutWebSocket) {
    await context.addInitScript(() => {
      window.WebSocket = class {
        constructor() { setTimeout(() => this.onclose({ code: 1006 })); }
        close() {}
      };
    });
  }
  if (options.iceServers) {
    await context.route("**/api/ice?*", (route) =>
      route.fulfill({ json: { iceServers: options.iceServers } }));
  }
  if (options.transport) await context.addInitScript(onlyOver, options.transport);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => {
    const isAdvice = String(error).includes("WebRTC: ICE failed"); // Of Firefox, to its console.
    if (!isAdvice) page.problems.push(String(error));
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) page.problems.push(message.text());
  });
  await page.goto((options.site ?? SITE) + where);
  return page;
}

/** Leaves, of what the server offers, the URLs of one transport. Runs within the page. */
function onlyOver(transport) {
  const pattern = { udp: "^turn:.*=udp$", tcp: "^turn:.*=tcp$", tls: "^turns:" }[transport];
  const { json } = Response.prototype;
  Response.prototype.json = async function filtered() {
    const answer = await json.call(this);
    for (const each of answer.iceServers ?? []) {
      each.urls = each.urls.filter((url) => new RegExp(pattern).test(url));
    }
    return answer;
  };
}

export async function closeAll(pages) {
  await Promise.all(pages.map((page) => page.context().close()));
  for (const page of pages) expect(page.problems.length === 0, page.problems.join("; "));
}

export async function enter(browser, room, name, options = {}) {
  const { relayOnly = true, pass, ...rest } = options;
  const fragment = new URLSearchParams({ room, ...(pass ? { token: pass } : {}) });
  const page = await open(browser, `/#${fragment}`, { ...DESKTOP, ...rest });
  await page.locator("#camera:enabled").waitFor({ timeout: SOON_MS }); // The devices are there.
  await page.fill("#name", name);
  if (relayOnly) await page.check("#relay-only");
  await page.click("#join button[type=submit]");
  return page;
}

/** The pictures of the others: frames of each. Firefox without a screen counts them elsewhere. */
function framesOf(page) {
  return page.evaluate(() => [...document.querySelectorAll(".tile:not(.self) video")]
    .map((video) => video.mozPaintedFrames ?? video.getVideoPlaybackQuality().totalVideoFrames));
}

export async function sees(page, count, deadlineMs = SOON_MS) {
  const first = await waitFor(`${count} pictures`, deadlineMs, () => framesOf(page),
    (frames) => frames.length === count && frames.every((each) => each > 0));
  await waitFor("they move", deadlineMs, () => framesOf(page), (frames) =>
    frames.length === count && frames.every((each, i) => each > first[i] + 5));
}
