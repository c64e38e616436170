// Firefox on the pages of the server, and in a call with Chromium. Started by run.py in the network
// namespace of alice, for Playwright speaks to Firefox over a port of the loopback:
//   node firefox.mjs MODULES SERVER LOG_FOLDER < nothing
// Prints a line of JSON per case: {"name", "problem" or null, "seconds"}.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, launch, report, waitFor } from "./chromium.mjs";
import { DESKTOP, SOON_MS, closeAll, enter, open, sees } from "./site.mjs";

const [modules, server, logFolder] = process.argv.slice(2);

/**
 * Trusts the authorities in the NSS database of $HOME, once they are copied to its profile. Without
 * the sandbox, as Chromium: root runs it, and containers do not let it make one.
 */
function launchFirefox() {
  const { firefox } = createRequire(path.join(modules, "package.json"))("playwright-core");
  const wrapper = path.join(logFolder, "firefox");
  fs.writeFileSync(wrapper, `#!/bin/sh
for word; do
  [ "$last" = --profile ] && cp ${process.env.HOME}/.pki/nssdb/* "$word"
  last=$word
done
MOZ_DISABLE_CONTENT_SANDBOX=1 exec /usr/bin/firefox-esr "$@"
`, { mode: 0o755 });
  return firefox.launch({
    channel: "moz-firefox", // Debian's, over WebDriver BiDi.
    executablePath: wrapper,
    firefoxUserPrefs: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
    },
  });
}

async function callWithChromium(firefox, chromium) {
  const fox = await enter(firefox, "both", "Fox");
  await waitFor("the room", SOON_MS, () => fox.textContent("#status"),
    (said) => said.includes("alone"));
  const other = await enter(chromium, "both", "Chrome"); // Fox was first and makes the offer.
  await Promise.all([fox, other].map((page) => sees(page, 1)));
  await fox.click("#show-path");
  await waitFor("the way", SOON_MS, () => fox.textContent("#paths p"),
    (said) => said.startsWith(`The relay ${server} carries the call`) && said.includes("UDP"));
  await fox.reload(); // Now it answers.
  await Promise.all([fox, other].map((page) => sees(page, 1)));
  for (const [from, to, words] of [[fox, other, "from Fox"], [other, fox, "to Fox"]]) {
    await from.click("#show-chat");
    await from.fill("#chat-text", words);
    await from.press("#chat-text", "Enter");
    await waitFor("the message", SOON_MS, () => to.textContent("#messages"),
      (messages) => messages.includes(words));
  }
  await closeAll([fox, other]);
}

/** Its own address is hidden behind a long name, which is not to widen the page. */
async function connectionTest(firefox) {
  const page = await open(firefox, "/ice-test",
    { ...DESKTOP, viewport: { width: 390, height: 844 } });
  await page.locator("#verdict:not(.running)").waitFor({ timeout: 40_000 });
  const verdict = await page.textContent("#verdict");
  expect(verdict.includes("over TLS it wants a host name"), `it says: ${verdict.trim()}`);
  const ways = await page.locator("#ways .chip").allTextContents();
  expect(ways.length === 3 && ways.filter((way) => way.startsWith("works,")).length === 2,
    `the ways: ${ways.join("; ")}`);
  expect((await page.textContent("#candidates")).includes("….local:"), "no hidden address");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width <= 390, `the page is ${width} wide`);
  await closeAll([page]);
}

const [firefox, chromium] = await Promise.all([
  launchFirefox(), launch(modules, logFolder, "bob", { framesPerSecond: 8 }),
]);
try {
  await Promise.all([
    report("Firefox meets Chromium in a call, as the one that calls and the one that answers",
      () => callWithChromium(firefox, chromium)),
    report("the connection test in Firefox tells that TLS needs a name there",
      () => connectionTest(firefox)),
  ]);
} finally {
  await Promise.all([firefox, chromium].map((browser) => browser.close()));
}
