// From what was seen to one sentence on what is wrong and one on what to do. No element of a page
// and no connection is touched here: facts in, keys of sentences out.

import { expiryOf, isPrivate, parseIceUrl } from "./ice_servers.js";

/**
 * One server's verdict: {isGood, key, values}; key has a row `one.KEY`. Undefined while it runs.
 */
export function judgeOne(server, result, now = Date.now()) {
  const { relays, errors, echo, ended, candidates } = result;
  const url = parseIceUrl(server.urls);
  if (!url) return bad("bad-url");
  if (url.scheme.startsWith("stun") && candidates.some(({ type }) => type === "srflx")) {
    return { isGood: true, key: "stun", values: {} };
  }
  if (typeof echo === "number") {
    return { isGood: true, key: "good", values: { ms: echo.toFixed(echo < 10 ? 1 : 0) } };
  }
  if (echo === "failed") return bad(isOddRelay(relays, url) ? "private-relay" : "no-echo");
  if (!ended || relays.length > 0) return undefined;
  if (url.scheme.startsWith("stun")) return bad("no-stun");
  const refusal = errors.find(({ code }) => code < 700);
  if (refusal) return bad(refusalKey(refusal.code, server, now), refusalValues(refusal, server));
  if (!isAllowedPort(url.port)) return bad("forbidden-port", { port: url.port });
  // Firefox does not ask such a server, and says nothing of it.
  const isUnasked = result.gathered && errors.length === 0;
  if (isUnasked && url.transport === "tls" && isAddress(url.host)) return bad("needs-name");
  return bad("silent", { text: errors[0]?.text ?? "" });
}

function bad(key, values = {}) {
  return { isGood: false, key, values };
}

function refusalKey(code, server, now) {
  if (code === 401) {
    const expiry = expiryOf(server.username);
    return expiry && expiry.getTime() <= now ? "expired" : "wrong-credential";
  }
  return { 403: "forbidden", 486: "quota", 508: "no-capacity" }[code] ?? "refused";
}

function refusalValues({ code, text }, server) {
  return { code, text, expiry: expiryOf(server.username)?.toLocaleString() ?? "" };
}

// Chrome's rule, to keep pages from speaking to other services.
function isAllowedPort(port) {
  return port >= 1024 || [53, 80, 443].includes(port);
}

/** The server is far away by its own address, but gives out one of its own network. */
function isOddRelay(relays, { host }) {
  const isFar = isAddress(host) && !isPrivate(host.replace(/[[\]]/g, ""));
  return isFar && relays.some(isPrivate);
}

function isAddress(host) {
  return /^[\d.]+$|^\[/.test(host);
}

/**
 * What is true of all: {severity: good, warn or bad, key, values}; key has the rows `all.KEY` and
 * `do.KEY`. `tests` is [{server, result}], all of them ended; `outside` true, false or undefined;
 * `doctor` what the server saw, or undefined; `publicAddress` how others see this browser.
 */
export function judgeAll({ tests, outside, doctor, publicAddress }) {
  const turns = tests.filter(({ server }) => server.urls.trim().startsWith("turn"));
  if (turns.length === 0) return sentence("bad", "no-relay");
  const verdicts = turns.map(({ server, result }) => ({
    url: parseIceUrl(server.urls), server, result, ...judgeOne(server, result),
  }));
  const good = verdicts.filter(({ isGood }) => isGood);
  const found = (key) => verdicts.find((verdict) => verdict.key === key);

  const codes = (doctor?.findings ?? []).map(({ code }) => code);
  // By the server's clock, which need not be this one's. The finding may be another client's.
  const mayHaveExpired = ({ key, server }) =>
    key === "wrong-credential" && expiryOf(server.username) && codes.includes("expired-credential");
  const expired = found("expired") ?? verdicts.find(mayHaveExpired);
  if (expired) return sentence("bad", "expired", expired.values);
  for (const key of ["wrong-credential", "quota", "no-capacity", "forbidden", "refused"]) {
    if (found(key)) return sentence("bad", key, found(key).values);
  }
  const odd = verdicts.find(({ result, url }) => url && (isOddRelay(result.relays, url) ||
    (result.relays.some(isPrivate) && publicAddress && !isPrivate(publicAddress))));
  if (odd && (good.length === 0 || outside === false)) {
    return sentence("bad", "private-relay", { address: odd.result.relays.find(isPrivate) });
  }
  if (found("no-echo") && good.length === 0) return sentence("bad", "no-echo");
  if (good.length === 0) return nothingWorks(verdicts, doctor);
  return somethingWorks(verdicts, good, outside, doctor);
}

function sentence(severity, key, values = {}) {
  return { severity, key, values };
}

function nothingWorks(verdicts, doctor) {
  const odd = verdicts.find(({ key }) => ["bad-url", "forbidden-port", "needs-name"].includes(key));
  if (odd && verdicts.every(({ key }) => key === odd.key)) {
    return sentence("bad", odd.key, { url: odd.server.urls, ...odd.values });
  }
  const hosts = [...new Set(verdicts.map(({ url }) => url?.host).filter(Boolean))].join(", ");
  const arrived = Object.values(doctor?.arrived ?? {}).some((count) => count > 0);
  return sentence("bad", arrived ? "one-way" : "silent", { hosts });
}

function somethingWorks(verdicts, good, outside, doctor) {
  const has = (list, transport) => list.some(({ url }) => url?.transport === transport);
  const lost = ["udp", "tcp", "tls"].filter((each) => has(verdicts, each) && !has(good, each));
  const ways = good.map(({ url }) => url.transport.toUpperCase());
  const values = { ways: [...new Set(ways)], port: portOf(verdicts, lost[0]) };
  if (lost.includes("udp")) return sentence("warn", "no-udp", values);
  if (outside === false) return sentence("bad", "closed-range", values);
  if (lost.includes("tcp")) return sentence("warn", "no-tcp", values);
  if (lost.includes("tls")) {
    const unasked = verdicts.find(({ key }) => key === "needs-name");
    if (unasked) return sentence("warn", "needs-name", { url: unasked.server.urls });
    const isSelfMade = doctor?.server?.certificate?.self_made;
    return sentence("warn", isSelfMade ? "self-made" : "no-tls", values);
  }
  return sentence("good", "good", values);
}

function portOf(verdicts, transport) {
  return verdicts.find(({ url }) => url?.transport === transport)?.url.port ?? "";
}
