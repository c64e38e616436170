// The pages of the server in two Chromium, each in its network namespace. Started by run.py:
//   node pages.mjs MODULES SERVER LOG_FOLDER SCREENSHOTS EXPIRED_PASSWORD LINK_TOKEN
// Prints a line of JSON per case: {"name", "problem" or null, "seconds"}; or {"ask": ...}, and goes
// on when a line comes on its standard input.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import readline from "node:readline";
import { expect, launch, report, waitFor } from "./chromium.mjs";
import { connectionTests } from "./connection_tests.mjs";
import { DESKTOP, PHONE, SOON_MS, closeAll, enter, open, sees } from "./site.mjs";

const [modules, server, logFolder, screenshots, , token] = process.argv.slice(2);
const here = path.dirname(new URL(import.meta.url).pathname);
const GUARDED_SITE = `https://${server}:8798`; // Public, and relays for links with a pass.

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(what) {
  console.log(JSON.stringify({ ask: what }));
  await lines.next();
}

/** Nothing keeps them from each other but what NATs do. */
async function callBehind(browsers, nats, sentence) {
  await ask(nats);
  const pages = await Promise.all(browsers.map((browser, i) =>
    enter(browser, nats, `P${i}`, { relayOnly: false })));
  await Promise.all(pages.map((page) => sees(page, 1)));
  await Promise.all(pages.map(async (page) => {
    await page.click("#show-path");
    await waitFor("the way", SOON_MS, () => page.textContent("#paths p"),
      (said) => said.includes(sentence));
  }));
  await closeAll(pages);
}

async function callOver(browsers, transport) {
  const pages = await Promise.all(browsers.map((browser, i) =>
    enter(browser, `over ${transport}`, `P${i}`, { transport })));
  await Promise.all(pages.map((page) => sees(page, 1)));
  await pages[0].click("#show-path");
  const way = await waitFor("the way", SOON_MS, () => pages[0].textContent("#paths p"),
    (said) => said.includes("carries the call"));
  expect(way.includes(server) && way.includes(transport.toUpperCase()), way);
  await pages[0].click("#show-chat");
  await pages[0].fill("#chat-text", "<b>hello</b>");
  await pages[0].press("#chat-text", "Enter");
  await waitFor("the message", SOON_MS, () => pages[1].textContent("#messages"),
    (messages) => messages.includes("<b>hello</b>"));
  return pages;
}

/** Every way of Bob to the server is lost: to his relay, and to the room. */
async function routerStartsAnew(pages) {
  const pair = () => pages[1].locator("#paths dd").nth(1).textContent();
  const before = await pair();
  await ask("restart-router");
  await waitFor("another pair", SOON_MS, pair, (now) => now.includes("⇄") && now !== before);
  await Promise.all(pages.map((page) => sees(page, 1)));
  const said = await pages[0].textContent("#messages");
  expect(!said.includes("left"), `who only lost the way is said to have left: ${said}`);
  await closeAll(pages);
}

// Four in a room: a mesh. One loads the page again, then the server starts anew.
async function mesh(browsers) {
  const [alice, bob] = browsers;
  const pages = await Promise.all([alice, bob, alice, bob].map((browser, i) =>
    enter(browser, "mesh", `P${i}`)));
  await report("four tabs in a room see each other", () =>
    Promise.all(pages.map((page) => sees(page, 3, 30_000))));
  await report("a fifth person is told that the room is full", async () => {
    const page = await enter(alice, "mesh", "P4");
    const said = await waitFor("a sentence", SOON_MS, () => page.textContent("#notices"));
    expect(said.includes("The room is full"), said);
    expect(await page.isVisible("#lobby"), "the page is not back in the lobby");
    await closeAll([page]);
  });
  await pages[0].screenshot({ path: path.join(screenshots, "call-mesh-desktop.png") });
  await report("a page loaded again is back in the call", async () => {
    await pages[1].reload();
    await Promise.all(pages.map((page) => sees(page, 3, 30_000)));
  });
  await report("the call goes on when the server has started anew", async () => {
    await ask("restart");
    const all = /^\s*In the call with P\d, P\d, and P\d/;
    await Promise.all(pages.map((page) => waitFor("the room", 30_000,
      () => page.textContent("#status"), (said) => all.test(said))));
    await Promise.all(pages.map((page) => sees(page, 3, 30_000)));
    await closeAll(pages);
  });
}

async function withoutWebSockets(browsers) {
  const pages = await Promise.all([
    enter(browsers[0], "events", "Event", { withoutWebSocket: true }),
    enter(browsers[1], "events", "Socket"),
  ]);
  await Promise.all(pages.map((page) => sees(page, 1)));
  await closeAll(pages);
}

/** A scripted client and our page, the client first or last. */
async function withCourseClient(browsers, dialect, isFirst) {
  const room = `course ${dialect} ${isFirst}`;
  const other = await open(browsers[1], "/healthz", { bypassCSP: true });
  await other.addScriptTag({ content: fs.readFileSync(path.join(here, "course_peer.js"), "utf8") });
  const urls = `turn:${server}:3478?transport=udp`;
  const facts = {
    url: `wss://${server}:8098/ws`, room, uid: dialect, dialect,
    iceServers: [{ urls, username: "lqf", credential: "123456" }],
  };
  const ours = () => enter(browsers[0], room, "Page");
  const theirs = () => other.evaluate((given) => enterCourse(given), facts);
  if (isFirst) await theirs();
  const page = await ours();
  if (!isFirst) {
    await page.locator("#waiting").waitFor({ timeout: SOON_MS });
    await waitFor("the room", SOON_MS, () => page.textContent("#status"),
      (said) => said.includes("alone"));
    await theirs();
  }
  await sees(page, 1);
  const seen = () => other.evaluate(() => ({ frames: courseFrames, problems: courseProblems }));
  const { problems } = await waitFor("the client sees the page", SOON_MS, seen,
    ({ frames }) => frames > 5);
  expect(problems.length === 0, problems.join("; "));
  await closeAll([page, other]);
}

async function hostileNames(browsers) {
  const attack = "<img src=x onerror=hacked=1>";
  const room = `"'>${attack}`;
  const pages = await Promise.all(browsers.map((browser) => enter(browser, room, attack)));
  await Promise.all(pages.map((page) => sees(page, 1)));
  for (const page of pages) {
    await waitFor("the name as text", SOON_MS, () => page.textContent("#tiles"),
      (said) => said.includes(attack));
    expect((await page.textContent("#call-title")).includes(attack), "the room is not named");
    expect(await page.evaluate(() => window.hacked === undefined &&
      document.querySelectorAll("img[onerror]").length === 0), "a script of a name ran");
  }
  await closeAll(pages);
}

async function linksWithPass(browsers) {
  const pages = await Promise.all(browsers.map((browser) =>
    enter(browser, "guarded", "P", { site: GUARDED_SITE, pass: token })));
  await Promise.all(pages.map((page) => sees(page, 1)));
  expect(pages[0].url().includes(token), "the link to share has lost its pass");
  await closeAll(pages);
  const strangers = await Promise.all(browsers.map((browser) =>
    enter(browser, "unguarded", "P", { site: GUARDED_SITE })));
  for (const page of strangers) {
    const said = await waitFor("a sentence", SOON_MS, () => page.textContent("#notices"));
    expect(said.includes("no valid pass for the relay"), said);
  }
  await closeAll(strangers);
}

// --- All pages

async function chat(browsers) {
  const pages = await Promise.all(browsers.map((browser) => open(browser, "/chat")));
  for (const page of pages) {
    await waitFor("the chat", SOON_MS, () => page.textContent("#state"),
      (said) => said === "Connected");
  }
  await pages[0].fill("#text", "<i>tea</i> & 茶");
  await pages[0].press("#text", "Enter");
  await waitFor("the message", SOON_MS, () => pages[1].textContent("#messages"),
    (said) => said.includes("<i>tea</i> & 茶"));
  await waitFor("one's own message", SOON_MS, () => pages[0].textContent("#messages .mine"),
    (said) => said.includes("You") && said.includes("<i>tea</i> & 茶"));
  await closeAll(pages);
}

/** Every control of the page has a name. */
async function expectNames(page, where) {
  const tree = await page.locator("body").ariaSnapshot();
  const control = /- (button|link|textbox|combobox|switch|checkbox|tab)\b(?! ")/;
  const nameless = tree.split("\n").filter((line) => control.test(line));
  expect(nameless.length === 0, `${where}: without a name: ${nameless.join(";")}\n${tree}`);
}

async function look(page, name, isPhone) {
  await expectNames(page, name);
  const suffix = isPhone ? "phone" : "desktop";
  await page.screenshot({ path: path.join(screenshots, `${name}-${suffix}.png`), fullPage: true });
  const [wide, most] = await page.evaluate(() =>
    [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(wide <= most, `${name} is ${wide} wide, ${most} are to be seen`);
}

async function lookAtTrust(browser, options) {
  const trust = await open(browser, "/trust", options);
  await trust.locator("#authority").waitFor({ timeout: SOON_MS });
  const fingerprint = await trust.textContent("#fingerprint");
  expect(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(fingerprint), `a fingerprint is ${fingerprint}`);
  const opened = await trust.locator("details[open]").getAttribute("data-platform");
  expect(opened === "linux", `the steps for ${opened}`);
  await look(trust, "trust", options === PHONE);
  await closeAll([trust]);
}

/** Without https there is no camera, and a sentence on it that is to leave room for the rest. */
async function lookAtInsecure(browser, options) {
  const plain = await open(browser, "/", { ...options, site: `http://${server}:8099` });
  await plain.locator("#notices a").waitFor({ timeout: SOON_MS });
  await look(plain, "lobby-insecure", options === PHONE);
  const { height } = await plain.locator("#notices").boundingBox();
  expect(height < 200, `the notice is ${height} high`);
  await closeAll([plain]);
}

async function lookAtAll(browsers, options) {
  const isPhone = options === PHONE;
  const test = await open(browsers[0], "/ice-test", options);
  const talk = await open(browsers[0], "/chat", options);
  await lookAtTrust(browsers[0], options);
  await lookAtInsecure(browsers[0], options);
  const lobby = await open(browsers[0], "/", options);
  await lobby.locator("#trust").waitFor({ timeout: SOON_MS });
  await lobby.locator("#camera:enabled").waitFor({ timeout: SOON_MS });
  await look(lobby, "lobby", isPhone);
  const room = `look ${isPhone}`;
  const page = await enter(browsers[0], room, "Ann", options);
  await page.locator("#waiting canvas").waitFor({ timeout: SOON_MS });
  await look(page, "waiting", isPhone);
  const other = await enter(browsers[1], room, "李雷");
  await sees(page, 1);
  await page.click("#show-path");
  await waitFor("a rate", SOON_MS, () => page.textContent("#paths .legend"),
    (said) => !/ 0 kbit/.test(said));
  await look(page, "call-path", isPhone);
  await page.click("#tab-chat");
  for (const [from, words] of [[page, "Tea at five?"], [other, "好的 👍"]]) {
    await from.locator("#chat-text").evaluate((field, value) => { field.value = value; }, words);
    await from.locator("#chat").evaluate((form) => form.requestSubmit());
  }
  await page.locator("#messages li:not(.event)").nth(1).waitFor({ timeout: SOON_MS });
  await look(page, "call-chat", isPhone);
  await look(talk, "chat", isPhone);
  await test.locator("#verdict:not(.running)").waitFor({ timeout: 40_000 });
  await look(test, "ice-test", isPhone);
  const language = await lobby.evaluate(() => document.documentElement.lang);
  expect(language === (isPhone ? "zh-CN" : "en"), `the page speaks ${language}`);
  await lobby.click("#language");
  const title = await lobby.textContent("#join h1");
  expect(title === (isPhone ? "Start a call" : "开始通话"), `the switch made ${title} of it`);
  await closeAll([lobby, page, other, talk, test]);
}

fs.mkdirSync(screenshots, { recursive: true });
const browsers = await Promise.all(["alice", "bob"].map((name) =>
  launch(modules, logFolder, name, { framesPerSecond: 8 })));
try {
  await mesh(browsers);
  await report("two behind ordinary NATs speak past the relay, and the page says so",
    () => callBehind(browsers, "ordinary", "through the Internet, past the routers"));
  await report("two behind symmetric NATs fall back to the relay, and the page says so",
    () => callBehind(browsers, "symmetric", "carries the call"));
  const tests = connectionTests(browsers[0]);
  let pages;
  await report("the call page through the relay over udp",
    async () => { pages = await callOver(browsers, "udp"); });
  await report("the call goes on when the router of a home has started anew",
    () => routerStartsAnew(pages));
  for (const transport of ["tcp", "tls"]) {
    await report(`the call page through the relay over ${transport}`,
      async () => closeAll(await callOver(browsers, transport)));
  }
  await tests;
  await Promise.all([
    report("a page without WebSockets is in the call by events and POSTs",
      () => withoutWebSockets(browsers)),
    report("the first dialect of candidates, as the one that calls",
      () => withCourseClient(browsers, "v1", true)),
    report("the second dialect of candidates, as the one that answers",
      () => withCourseClient(browsers, "v2", false)),
    report("names of a hostile person run no script", () => hostileNames(browsers)),
    report("the chat page", () => chat(browsers)),
    report("a link with a pass opens the relay, one without says so", () =>
      linksWithPass(browsers)),
  ]);
  await report("every page at a desk, in English", () => lookAtAll(browsers, DESKTOP));
  await report("every page on a phone, in Chinese", () => lookAtAll(browsers, PHONE));
} finally {
  await Promise.all(browsers.map((browser) => browser.close()));
}
lines.return();
process.stdin.destroy();
