// The modules of the pages that touch no page, in node. Started by run.py:
//   node modules.mjs MODULES
// Prints a line of JSON per case: {"name", "problem" or null, "seconds"}.
import crypto from "node:crypto";
import path from "node:path";
import process from "node:process";
import { expect, report } from "./chromium.mjs";

const web = path.resolve(process.argv[2], "web");
const load = (name) => import(path.join(web, name));
const { readCandidate, readDescription, sessionOf, writeCandidate } = await load("dialects.js");
const { expiryOf, isPrivate, parseIceUrl } = await load("ice_servers.js");
const { judgeAll, judgeOne } = await load("ice_verdict.js");
const { encode } = await load("qr.js");

function same(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  expect(a === b, `${a}, not ${b}`);
}

await report("candidates of every dialect are read, and ours has the keys of all", () => {
  const candidate = "candidate:1 1 udp 1 192.0.2.1 9 typ host";
  const read = { candidate, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: null };
  const v1 = { candidate, sdpMid: "0", sdpMLineIndex: 0 };
  const v2 = { id: "0", label: 0, candidate };
  for (const msg of [JSON.stringify(v1), v1, JSON.stringify(v2), { label: "0", id: "0", candidate },
    JSON.stringify({ type: "candidate", candidate: v1 }), writeCandidate(v1)]) {
    same(readCandidate(msg), read);
  }
  const keys = Object.keys(JSON.parse(writeCandidate({ ...v1, usernameFragment: "a" }))).sort();
  same(keys, ["candidate", "id", "label", "sdpMLineIndex", "sdpMid", "type", "usernameFragment"]);
});

await report("what is no candidate and no description is nothing", () => {
  for (const msg of [undefined, null, 7, "", "{", "[]", "null", "{}", { candidate: 7 }, []]) {
    same(readCandidate(msg), undefined);
    same(readDescription("offer", msg), undefined);
  }
  const sdp = "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\n";
  same(readDescription("offer", JSON.stringify({ type: "answer", sdp })), { type: "offer", sdp });
  same(sessionOf({ sdp }), "42");
  same(sessionOf(undefined), undefined);
});

await report("URLs of servers, private addresses and expiries are told from others", () => {
  same(parseIceUrl("turn:[2001:db8::1]"),
    { scheme: "turn", host: "[2001:db8::1]", port: 3478, transport: "udp" });
  same(parseIceUrl("turns:box.lan:443?transport=tcp").transport, "tls");
  for (const url of ["http://x", "turn:", "turn:a b", "turn:x:y", "turn://x:1"]) {
    same(parseIceUrl(url), undefined);
  }
  for (const each of ["10.1.2.3", "172.31.0.1", "192.168.0.1",
    "100.64.0.1", "fe80::1", "fd00::1"]) {
    expect(isPrivate(each), `${each} is private`);
  }
  for (const each of ["203.0.113.2", "172.32.0.1", "100.128.0.1", "2001:db8::1"]) {
    expect(!isPrivate(each), `${each} is not private`);
  }
  same(expiryOf("1700000000:alice"), new Date(1700000000000));
  same(expiryOf("alice"), undefined);
});

function tried(urls, { relays = [], code, echo, gathered, username = "lqf" } = {}) {
  const errors = code ? [{ code, text: "reason" }] : [];
  const result = { candidates: [], relays, errors, echo, gathered, ended: true };
  return { server: { urls, username, credential: "x" }, result };
}

await report("what was seen of a relay becomes the sentence that it means", () => {
  const [udp, tcp, tls] = ["turn:h?transport=udp", "turn:h?transport=tcp", "turns:h"];
  const works = { relays: ["203.0.113.2"], echo: 3.2 };
  const key = (tests, more = {}) => judgeAll({ tests, ...more }).key;
  same(key([tried(udp, works), tried(tls, works)], { outside: true }), "good");
  same(key([tried(udp, works)], { outside: false }), "closed-range");
  same(key([tried(udp), tried(tcp, works)]), "no-udp");
  same(key([tried(udp, works), tried(tls, { code: 701 })]), "no-tls");
  const doctor = { server: { certificate: { self_made: true } }, arrived: { udp: 3 } };
  same(key([tried(udp, works), tried(tls, { code: 701 })], { doctor }), "self-made");
  same(key([tried(udp, { code: 701 })]), "silent");
  same(key([tried(udp, { code: 701 })], { doctor }), "one-way");
  same(key([tried(udp, { code: 401 })]), "wrong-credential");
  same(key([tried(udp, { code: 401, username: "1700000000:a" })]), "expired");
  const another = { doctor: { findings: [{ code: "expired-credential" }] } };
  same(key([tried(udp, { code: 401 })], another), "wrong-credential");
  same(key([tried(udp, { code: 401, username: "99999999999:a" })], another), "expired");
  same(key([tried(udp, { code: 486 })]), "quota");
  same(key([tried(udp, { code: 508 })]), "no-capacity");
  same(key([tried("turn:h:25", { code: 701 })]), "forbidden-port");
  same(key([tried("turn//h")]), "bad-url");
  const [byAddress, unasked] = ["turns:203.0.113.2?transport=tcp", { gathered: true }];
  same(key([tried(udp, works), tried(byAddress, unasked)], { doctor }), "needs-name");
  same(key([tried(byAddress, unasked)]), "needs-name");
  same(key([tried(byAddress, { ...unasked, code: 701 })]), "silent");
  same(key([tried(byAddress)]), "silent");
  same(key([tried(tls, unasked)]), "silent");
  same(key([tried("stun:h")]), "no-relay");
  same(key([]), "no-relay");
  const inside = { relays: ["10.0.0.2"], echo: "failed" };
  same(key([tried("turn:203.0.113.2", inside)]), "private-relay");
  same(key([tried(udp, inside)], { publicAddress: "198.51.100.2" }), "private-relay");
  same(key([tried(udp, { relays: ["203.0.113.2"], echo: "failed" })]), "no-echo");
  same(judgeOne({ urls: udp }, { ...tried(udp).result, ended: false }), undefined);
});

// The codes were read by zbarimg 0.23 when these digests were taken.
await report("QR codes are as another program reads them", () => {
  const token = "eyJhbGciOiJIUzI1NiJ9.".repeat(8);
  const digests = {
    "https://192.168.1.7:8098/#room=tea": "4dfb7cce9d7021ac",
    [`https://box.example.org:8098/#room=${encodeURIComponent("喝茶")}&token=${"t".repeat(60)}`]:
      "9d78ba03e7f0ab4a",
    [`https://203.0.113.2:8098/#room=tea&token=${token}`]: "377f00f15483ffb4",
  };
  for (const [text, digest] of Object.entries(digests)) {
    const rows = encode(text).map((row) => row.map(Number).join("")).join("\n");
    same(crypto.createHash("sha256").update(rows).digest("hex").slice(0, 16), digest);
  }
  same(encode("x".repeat(400)), undefined);
});
