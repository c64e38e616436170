// Headless Chromium in network namespaces, and how a test waits and reports.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

export class Failure extends Error {}

export function expect(condition, message) {
  if (!condition) throw new Failure(message);
}

/** Asks `probe` again and again until `enough(value)`; says what it was, if that never came. */
export async function waitFor(what, deadlineMs, probe, enough = Boolean) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (enough(value)) return value;
    expect(Date.now() < end, `${what}: not within ${deadlineMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resume) => setTimeout(resume, 100)); // Between two looks at the page.
  }
}

/**
 * Trusts the authorities in the NSS database of `home`. Its camera gives `framesPerSecond`: most of
 * the work of a test is to encode them.
 */
export function launch(modules, logFolder, namespace,
  { home = process.env.HOME, framesPerSecond = 20 } = {}) {
  const { chromium } = createRequire(path.join(modules, "package.json"))("playwright-core");
  const wrapper = path.join(logFolder, `chromium-${namespace}-${path.basename(home)}`);
  const run = `HOME=${home} exec ip netns exec ${namespace} /usr/bin/chromium "$@"`;
  fs.writeFileSync(wrapper, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  return chromium.launch({
    executablePath: wrapper,
    args: [
      "--no-sandbox",
      `--use-fake-device-for-media-stream=fps=${framesPerSecond}`,
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
      "--disable-gpu",
    ],
  });
}

/** Prints how a case ended, as a line of JSON. */
export async function report(name, test) {
  const started = Date.now();
  let problem = null;
  try {
    await test();
  } catch (failure) {
    problem = failure instanceof Failure ? failure.message : String(failure.stack);
  }
  console.log(JSON.stringify({ name, problem, seconds: (Date.now() - started) / 1000 }));
}
