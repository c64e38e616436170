// The connection test: asks each server in each way, shows what came, and says what it means.

import { fetchIceServers, isPrivate, parseIceUrl } from "./ice_servers.js";
import { gatherAll, probe, probeFromOutside } from "./ice_probe.js";
import { judgeAll, judgeOne } from "./ice_verdict.js";
import { listFormat, say, speak, text } from "./language.js";
import { Notices } from "./notices.js";
import { words as testWords } from "./words_ice_test.js";
import { words } from "./words.js";

const MOST_SERVERS = 8;

const $ = (id) => document.getElementById(id);
const notices = new Notices($("notices"));
const link = new URLSearchParams(location.hash.slice(1));
let ownUrls = []; // Those of this very server.
let run = 0; // Which one is shown; what an earlier one still finds is of no interest.
let latest; // What the language switch draws again.

async function fillOwn() {
  const answer = await fetchIceServers({ room: link.get("room"), token: link.get("token") });
  if (answer.refused === 401 || answer.refused === 403) notices.show("test.refused");
  if (answer.refused === 421) notices.show("test.wrong-name");
  const servers = answer.iceServers;
  if (servers.length === 0) return false;
  ownUrls = servers.flatMap((server) => server.urls);
  const relay = servers.find((server) => server.username) ?? {};
  $("urls").value = ownUrls.join("\n");
  $("username").value = relay.username ?? "";
  $("password").value = relay.credential ?? "";
  return true;
}

function serversAsked() {
  const urls = $("urls").value.split(/[\s,]+/).filter(Boolean).slice(0, MOST_SERVERS);
  return urls.map((url) => (url.startsWith("stun") ? { urls: url } : {
    urls: url,
    username: $("username").value.trim(),
    credential: $("password").value.trim(),
  }));
}

async function askDoctor() {
  try {
    const answer = await fetch("/api/doctor", { cache: "no-store" });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

async function test() {
  run += 1;
  const own = run;
  const servers = serversAsked();
  const tests = servers.map((server) => ({ server, result: emptyResult() }));
  latest = { tests, candidates: [], doctor: undefined, verdict: undefined };
  const shown = latest;
  const redraw = () => own === run && draw(shown);
  redraw();
  const before = await askDoctor(); // It begins to watch.
  const started = performance.now();
  const valid = tests.filter(({ server }) => parseIceUrl(server.urls));
  for (const { server, result } of tests) result.ended = !parseIceUrl(server.urls);
  const probes = valid.map(async (each) => {
    each.result = await probe(each.server, (result) => {
      each.result = result;
      redraw();
    }).catch((error) => ({
      ...each.result, ended: true, errors: [{ code: 0, text: error.message }],
    }));
  });
  const all = gatherAll(valid.map(({ server }) => server), (candidates) => {
    shown.candidates = candidates;
    redraw();
  }).catch(() => []);
  await Promise.all(probes);
  const outside = await testOutside(valid);
  const seconds = (performance.now() - started) / 1000;
  shown.doctor = ofThisTest(before, await askDoctor(), valid, seconds);
  const reflexive = shown.candidates.find(({ type }) => type === "srflx");
  shown.verdict = judgeAll({
    tests, outside, doctor: shown.doctor, publicAddress: reflexive?.address,
  });
  redraw();
  say($("start"), "test.again");
  await all;
  redraw();
}

/** What the server of this page saw of this test; undefined when others are tested. */
function ofThisTest(before, after, tests, seconds) {
  const key = (url) => JSON.stringify(parseIceUrl(url));
  const own = ownUrls.map(key);
  const isOurs = tests.some(({ server }) => own.includes(key(server.urls)));
  if (!after || !isOurs) return undefined;
  const since = (name) => Object.fromEntries(Object.entries(after[name] ?? {}).map(
    ([transport, count]) => [transport, count - (before?.[name]?.[transport] ?? 0)]));
  return {
    ...after,
    arrived: since("arrived"),
    allocated: since("allocated"),
    findings: (after.findings ?? []).filter(({ ago }) => !(ago > seconds + 1)),
  };
}

function emptyResult() {
  return { candidates: [], errors: [], relays: [], echo: undefined, ended: false };
}

// Needs a server that works over UDP: else the browser's own UDP is what fails.
function testOutside(tests) {
  const works = tests.find(({ server, result }) =>
    typeof result.echo === "number" && parseIceUrl(server.urls).transport === "udp");
  return works ? probeFromOutside(works.server) : undefined;
}

// --- What is shown

function draw({ tests, candidates, doctor, verdict }) {
  if (verdict) {
    const values = { ...verdict.values };
    if (values.ways) values.ways = listFormat(values.ways);
    say($("verdict-what"), `all.${verdict.key}`, values);
    say($("verdict-do"), `do.${verdict.key}`, values);
  } else {
    say($("verdict-what"), "test.running");
    say($("verdict-do"), "test.running.hint");
  }
  $("verdict-authority").hidden = verdict?.key !== "self-made";
  $("verdict").className = `verdict ${verdict?.severity ?? "running"}`;
  $("results").hidden = false;
  $("ways").replaceChildren(...tests.map(drawProbe));
  $("offered").hidden = candidates.length === 0;
  $("candidates").replaceChildren(drawTable(candidates));
  $("doctor").hidden = !doctor;
  if (doctor) $("seen").replaceChildren(...drawSeen(doctor));
}

function drawProbe({ server, result }) {
  const article = element("article", "probe");
  const verdict = judgeOne(server, result);
  const heading = element("h3");
  const state = verdict ? (verdict.isGood ? "good" : "bad") : "";
  const chip = element("span", `chip ${state}`, verdict
    ? text(`one.${verdict.key}`, verdict.values) : text("one.running"));
  heading.append(element("code", "", server.urls), chip);
  article.append(heading);
  if (result.candidates.length > 0) article.append(drawTable(result.candidates));
  for (const { code, text: reason } of result.errors) {
    article.append(element("p", "errors", `${code || ""} ${reason}`.trim()));
  }
  return article;
}

function drawTable(candidates) {
  const scroll = element("div", "scroll");
  const table = element("table");
  const head = element("tr");
  for (const key of ["type", "address", "protocol", "time", "priority"]) {
    head.append(element("th", "", text(`column.${key}`)));
  }
  table.append(head, ...candidates.map(drawRow));
  scroll.append(table);
  return scroll;
}

function drawRow({ type, address, port, protocol, milliseconds, priority }) {
  const row = element("tr");
  // Without leave to the camera a browser hides its own address behind a long random name.
  const name = address.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}\.local$/i, "$1….local");
  const host = address.includes(":") ? `[${address}]` : name;
  // Type preference, local preference, component (RFC 8445 5.1.2.1).
  const parts = [priority >>> 24, (priority >>> 8) & 0xffff, 256 - (priority & 0xff)];
  for (const cell of [type, `${host}:${port}`, protocol, `${Math.round(milliseconds)} ms`,
    parts.join(" | ")]) {
    row.append(element("td", "", cell));
  }
  return row;
}

function drawSeen({ client, arrived, allocated, findings, server }) {
  const lines = [text("doctor.client", { client })];
  if (arrived) lines.push(text("doctor.arrived", arrived));
  if (allocated) lines.push(text("doctor.allocated", allocated));
  if (server?.relays?.length) {
    lines.push(text("doctor.relays", { relays: listFormat(server.relays) }));
  }
  for (const finding of findings ?? []) {
    const values = { transport: "", count: 1, peer: "", detail: "", ...finding };
    const isPrivatePeer = finding.code === "peer-refused" && isPrivate(values.peer);
    const key = isPrivatePeer ? "doctor.private-peer" : `doctor.${finding.code}`;
    lines.push(text(key, values) === key ? text("doctor.other", values) : text(key, values));
  }
  return lines.map((line) => element("li", "", line));
}

function element(name, className = "", content = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}

// --- Start

async function start() {
  speak(words, testWords);
  for (const anchor of document.querySelectorAll("nav a")) anchor.hash = location.hash;
  if (!window.isSecureContext) notices.show("test.insecure");
  $("form").addEventListener("submit", (event) => { event.preventDefault(); test(); });
  $("own").onclick = fillOwn;
  document.addEventListener("language", () => latest && draw(latest));
  if (await fillOwn()) await test();
}

start();
