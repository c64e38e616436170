// What the connection test says of relays with which this or that is wrong.
import process from "node:process";
import { expect, report, waitFor } from "./chromium.mjs";
import { SOON_MS, closeAll, open } from "./site.mjs";

const server = process.argv[3];
const expiredPassword = process.argv[6];

const USER = { username: "lqf", password: "123456" };
const DEAF = [{
  urls: [over(3900, "udp")], username: USER.username, credential: USER.password,
}];
// name, what is asked, the sentence, and of what the server saw, where it is the page's own.
const TESTS = [
  ["good", { ...USER, urls: over(3478, "udp", "tcp") }, "All is well",
    [/You come from 198\.51\.100\.2\./, /Relays it gave you: UDP [1-9]\d*, TCP [1-9]/,
      /It relays on 203\.0\.113\.2\./, /not relay to 10\.1\.0\.2, an address inside a private/]],
  ["a wrong password", { ...USER, password: "654321", urls: over(3478, "udp") },
    "user or password is wrong", [/A credential was wrong \(udp, \d+×\): user name, password/]],
  ["UDP that is blocked", { ...USER, urls: over(3600, "udp", "tcp") },
    "UDP to the relay does not get through"],
  ["a closed range of relay ports", { ...USER, urls: over(3700, "udp") },
    "relay ports are closed from outside"],
  ["a private external address", { ...USER, urls: over(3500, "udp") },
    "gives out 10.9.9.2, an address of its own private network"],
  ["an expired credential",
    { username: "1700000000:alice", password: expiredPassword, urls: over(3478, "udp") },
    "The credential expired at", [/A credential had expired \(udp, \d+×\)/]],
  ["a server that is not there", { ...USER, urls: over(3999, "tcp") }, "does not answer at all"],
  ["answers that get lost", { ...USER, urls: over(3900, "udp"), iceServers: DEAF },
    "The server hears this browser, but its answers do not come back",
    [/You come from 198\.51\.100\.2\./]],
];

function over(port, ...transports) {
  return transports.map((each) => `turn:${server}:${port}?transport=${each}`).join("\n");
}

/** Ends when all of them are reported. */
export function connectionTests(browser) {
  return Promise.all(TESTS.map(([name, ...rest]) =>
    report(`the connection test tells ${name}`, () => connectionTest(browser, ...rest))));
}

async function connectionTest(browser, given, sentence, seen = []) {
  const page = await open(browser, "/ice-test", { iceServers: given.iceServers });
  await waitFor("the credentials of the site", SOON_MS, () => page.inputValue("#username"));
  for (const field of ["urls", "username", "password"]) await page.fill(`#${field}`, given[field]);
  await page.click("#start"); // What the page tests by itself goes on unseen.
  const done = page.locator("#verdict:not(.running)");
  await done.waitFor({ timeout: 40_000 });
  const verdict = await done.textContent();
  expect(verdict.includes(sentence), `it says: ${verdict.trim()}`);
  const lines = await page.locator("#seen").textContent();
  for (const each of seen) expect(each.test(lines), `not ${each} in what the server saw: ${lines}`);
  const candidates = await page.textContent("#candidates");
  expect(!candidates.includes("–"), `the way to a relay is not told: ${candidates}`);
  if (seen.length === 0) expect(await page.isHidden("#doctor"), `it saw of others: ${lines}`);
  await closeAll([page]);
}
