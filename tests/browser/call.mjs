// Two headless Chromium, each in its network namespace, in a call through the server. Started by
// run.py:  node call.mjs MODULES SERVER LOG_FOLDER < nothing. They trust the authorities in the NSS
// database of $HOME; one of LOG_FOLDER/stranger trusts only those of the system. Prints a line of
// JSON per case: {"name", "problem" or null, "seconds"}.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, launch, report, waitFor } from "./chromium.mjs";

const [modules, server, logFolder] = process.argv.slice(2);
const here = path.dirname(new URL(import.meta.url).pathname);

const USER = "lqf";
const PASSWORD = "123456";
const WRONG_PASSWORD = "654321";
const ORIGIN = "http://localhost"; // A secure context; answered below, by no server.
const PAGE = `<!doctype html><video muted></video><script>
${fs.readFileSync(path.join(here, "peer_page.js"), "utf8")}</script>`;

async function openPage(browser) {
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: PAGE }));
  await page.goto(`${ORIGIN}/`);
  return page;
}

function iceServers(transport, credential = PASSWORD) {
  const urls = transport === "tls"
    ? `turns:${server}:5349?transport=tcp`
    : `turn:${server}:3478?transport=${transport}`;
  return [{ urls, username: USER, credential }];
}

// Carries messages from page to page, in order.
async function join(from, to) {
  let last = Promise.resolve();
  await from.exposeFunction("toOther", (message) => {
    last = last.then(() => to.evaluate((m) => fromOther(m), message));
    return last;
  });
}

async function call(browsers, transport) {
  const [alice, bob] = await Promise.all(browsers.map(openPage));
  try {
    await Promise.all([join(alice, bob), join(bob, alice)]);
    for (const page of [alice, bob]) {
      await page.evaluate(async (servers) => {
        connect(servers);
        await addCameraAndMicrophone();
      }, iceServers(transport));
    }
    await alice.evaluate(() => offer());
    await Promise.all([alice, bob].map((page) => seesTheOther(page, transport)));
  } finally {
    await Promise.all([alice.close(), bob.close()]);
  }
}

// The video plays and goes on playing, and all of it comes from relay to relay.
async function seesTheOther(page, transport) {
  const measure = () => page.evaluate(() => measure());
  const first = await waitFor("video plays", 40_000, measure, (now) =>
    now.videoWidth > 0 && now.framesDecoded > 0 && now.local !== undefined);
  expect(first.local === "relay" && first.remote === "relay",
    `the selected pair is ${first.local}/${first.remote}`);
  expect(first.localRelayProtocol === transport,
    `the relay is reached over ${first.localRelayProtocol}, not ${transport}`);
  await waitFor("video goes on", 20_000, measure, (now) =>
    now.framesDecoded >= first.framesDecoded + 30 &&
    now.bytesReceived > first.bytesReceived + 10_000 &&
    now.currentTime > first.currentTime + 1);
}

async function gathersRelay(browsers, transport) {
  const page = await openPage(browsers[0]);
  try {
    await page.evaluate((servers) => gather(servers), iceServers(transport));
    const { candidates } = await waitFor("a relay candidate", 20_000,
      () => page.evaluate(() => gathered()), (now) => now.candidates.length > 0);
    for (const { candidate } of candidates) {
      expect(candidate.includes(" typ relay "), `not a relay candidate: ${candidate}`);
      expect(candidate.includes(` ${server} `), `not on the server: ${candidate}`);
    }
  } finally {
    await page.close();
  }
}

async function refusesWrongPassword(browsers, transport) {
  const page = await openPage(browsers[0]);
  try {
    await page.evaluate((servers) => gather(servers), iceServers(transport, WRONG_PASSWORD));
    const { candidates, candidateErrors } = await waitFor("an error", 20_000,
      () => page.evaluate(() => gathered()),
      (now) => now.candidateErrors.length > 0 || now.candidates.length > 0);
    expect(candidates.length === 0, "a relay candidate for a wrong password");
    expect(candidateErrors[0].errorCode === 401,
      `error ${JSON.stringify(candidateErrors[0])}, not 401`);
  } finally {
    await page.close();
  }
}

async function refusesUnknownAuthority() {
  const home = path.join(logFolder, "stranger");
  fs.mkdirSync(home, { recursive: true });
  const browser = await launch(modules, logFolder, "alice", { home });
  try {
    const page = await openPage(browser);
    await page.evaluate((servers) => gather(servers), iceServers("tls"));
    const { candidates } = await waitFor("the end of gathering", 40_000,
      () => page.evaluate(() => gathered()),
      (now) => now.candidates.length > 0 || now.state === "complete");
    expect(candidates.length === 0, "a relay candidate by a certificate that nobody vouches for");
  } finally {
    await browser.close();
  }
}

const browsers = await Promise.all(["alice", "bob"].map((name) =>
  launch(modules, logFolder, name)));
try {
  for (const transport of ["udp", "tcp", "tls"]) {
    await report(`gathers relay candidates over ${transport}`,
      () => gathersRelay(browsers, transport));
    await report(`wrong password over ${transport} is 401`,
      () => refusesWrongPassword(browsers, transport));
    await report(`a call through ${iceServers(transport)[0].urls}`,
      () => call(browsers, transport));
  }
  await report("no relay candidate over tls when the authority is unknown",
    refusesUnknownAuthority);
} finally {
  await Promise.all(browsers.map((browser) => browser.close()));
}
