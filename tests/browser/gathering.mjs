// What a headless Chromium gets of the relay over each transport, without a page of the server's.
// Started by run.py:  node gathering.mjs MODULES SERVER LOG_FOLDER < nothing. It trusts the
// authorities in the NSS database of $HOME; one of LOG_FOLDER/stranger trusts only those of the
// system. Prints a line of JSON per case: {"name", "problem" or null, "seconds"}.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, launch, report } from "./chromium.mjs";

const [modules, server, logFolder] = process.argv.slice(2);

const USER = "lqf";
const PASSWORD = "123456";
const WRONG_PASSWORD = "654321";
const ORIGIN = "http://localhost"; // A secure context; answered below, by no server.

async function openPage(browser) {
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(`${ORIGIN}/`);
  return page;
}

/** {candidates, errors}, all that come until one of either has, or gathering ends. */
async function gather(browser, transport, credential) {
  const urls = transport === "tls"
    ? `turns:${server}:5349?transport=tcp`
    : `turn:${server}:3478?transport=${transport}`;
  const page = await openPage(browser);
  try {
    return await page.evaluate(gatherWithin, { urls, username: USER, credential });
  } finally {
    await page.close();
  }
}

// Runs within the page. A data channel is reason enough to gather.
async function gatherWithin(iceServer) {
  const connection = new RTCPeerConnection({
    iceServers: [iceServer], iceTransportPolicy: "relay",
  });
  const candidates = [];
  const errors = [];
  const ended = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) candidates.push(candidate.candidate);
      resolve();
    };
    connection.onicecandidateerror = ({ errorCode, errorText }) => {
      errors.push({ errorCode, errorText });
      resolve();
    };
    setTimeout(resolve, 20_000);
  });
  connection.createDataChannel("nothing");
  await connection.setLocalDescription();
  await ended;
  connection.close();
  return { candidates, errors };
}

async function gathersRelay(browser, transport) {
  const { candidates, errors } = await gather(browser, transport, PASSWORD);
  expect(candidates.length > 0, `no candidate: ${JSON.stringify(errors)}`);
  for (const candidate of candidates) {
    expect(candidate.includes(" typ relay "), `not a relay candidate: ${candidate}`);
    expect(candidate.includes(` ${server} `), `not on the server: ${candidate}`);
  }
}

async function refusesWrongPassword(browser, transport) {
  const { candidates, errors } = await gather(browser, transport, WRONG_PASSWORD);
  expect(candidates.length === 0, "a relay candidate for a wrong password");
  expect(errors[0]?.errorCode === 401, `error ${JSON.stringify(errors[0])}, not 401`);
}

async function refusesUnknownAuthority() {
  const home = path.join(logFolder, "stranger");
  fs.mkdirSync(home, { recursive: true });
  const browser = await launch(modules, logFolder, "bob", { home });
  try {
    const { candidates, errors } = await gather(browser, "tls", PASSWORD);
    expect(candidates.length === 0, "a relay candidate by a certificate that nobody vouches for");
    expect(errors[0]?.errorCode === 701, `error ${JSON.stringify(errors[0])}, not 701`);
  } finally {
    await browser.close();
  }
}

const browser = await launch(modules, logFolder, "alice");
try {
  for (const transport of ["udp", "tcp", "tls"]) {
    await report(`gathers relay candidates over ${transport}`,
      () => gathersRelay(browser, transport));
    await report(`wrong password over ${transport} is 401`,
      () => refusesWrongPassword(browser, transport));
  }
  await report("no relay candidate over tls when the authority is unknown",
    refusesUnknownAuthority);
} finally {
  await browser.close();
}
