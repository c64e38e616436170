// What a relay does for this browser: candidates with their times, and whether bytes come around.
// Each probe has two connections of its own within this page that talk to each other.

import { parseIceUrl } from "./ice_servers.js";

const GATHER_MS = 11_000; // Browsers give a silent server up after nine or ten seconds.
const ECHO_MS = 6_000;
const ECHOES = 5;

/**
 * Asks one server, {urls, username, credential}. Its answer, also told to `changed` as it grows:
 * {candidates, errors, relays, echo: undefined, "failed" or the round trip in ms, ended, gathered:
 * whether the browser was done with it by itself}. A `stun:` server has no relays and no echo.
 */
export async function probe(server, changed) {
  const result = { candidates: [], errors: [], relays: [], echo: undefined, ended: false };
  const isRelay = server.urls.startsWith("turn");
  const carrier = parseIceUrl(server.urls)?.transport;
  const configuration = {
    iceServers: [server], iceTransportPolicy: isRelay ? "relay" : "all",
  };
  const pair = new Pair(configuration, configuration);
  const started = performance.now();
  pair.a.addEventListener("icecandidateerror", ({ errorCode, errorText }) => {
    const known = result.errors.some((error) => error.code === errorCode);
    if (!known) result.errors.push({ code: errorCode, text: errorText ?? "" });
    changed(result);
  });
  pair.a.addEventListener("icecandidate", ({ candidate }) => {
    if (!candidate?.candidate) return;
    const facts = factsOf(candidate, performance.now() - started, carrier);
    result.candidates.push(facts);
    if (facts.type === "relay") result.relays.push(facts.address);
    changed(result);
  });
  try {
    await pair.connect();
    const gathered = withDeadline(pair.gathered(), GATHER_MS);
    if (isRelay) {
      const relayCame = until(pair.a, "icecandidate", () => result.relays.length > 0);
      await Promise.race([gathered, relayCame]);
      if (result.relays.length > 0) result.echo = await pair.echo().catch(() => "failed");
    }
    if (result.echo === undefined) await gathered;
    result.gathered = pair.a.iceGatheringState === "complete";
  } finally {
    pair.close();
    result.ended = true;
    changed(result);
  }
  return result;
}

/** Whether this browser, from outside of the relay, reaches a relayed address: true or false. */
export async function probeFromOutside(server) {
  const relay = { iceServers: [server], iceTransportPolicy: "relay" };
  const outside = { iceServers: [server], iceTransportPolicy: "all" };
  const pair = new Pair(relay, outside, (candidate) => !candidate.includes(" typ relay "));
  try {
    await pair.connect();
    await pair.echo();
    return true;
  } catch {
    return false;
  } finally {
    pair.close();
  }
}

/** What the browser offers beside relays: [{type, ...}], by these servers. */
export async function gatherAll(iceServers, changed) {
  const connection = new RTCPeerConnection({ iceServers });
  const started = performance.now();
  const candidates = [];
  connection.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return;
    candidates.push(factsOf(candidate, performance.now() - started));
    changed(candidates);
  };
  connection.createDataChannel("gather");
  await connection.setLocalDescription();
  await withDeadline(until(connection, "icegatheringstatechange",
    () => connection.iceGatheringState === "complete"), GATHER_MS);
  connection.close();
  return candidates;
}

/** `mayPass(candidate)` says which candidates of B its other side is told. */
class Pair {
  #channel;
  #answered;

  constructor(configurationA, configurationB, mayPass = () => true) {
    this.a = new RTCPeerConnection(configurationA);
    this.b = new RTCPeerConnection(configurationB);
    const early = [];
    const pass = (from, to, passes) => {
      from.addEventListener("icecandidate", ({ candidate }) => {
        if (!candidate?.candidate || !passes(candidate.candidate)) return;
        if (to.remoteDescription) to.addIceCandidate(candidate).catch(() => {});
        else early.push([to, candidate]);
      });
    };
    pass(this.a, this.b, () => true);
    pass(this.b, this.a, mayPass);
    this.#answered = () => {
      for (const [to, candidate] of early.splice(0)) to.addIceCandidate(candidate).catch(() => {});
    };
    this.b.ondatachannel = ({ channel }) => {
      channel.onmessage = ({ data }) => channel.readyState === "open" && channel.send(data);
    };
    this.#channel = this.a.createDataChannel("echo");
  }

  async connect() {
    await this.a.setLocalDescription();
    await this.b.setRemoteDescription(strip(this.a.localDescription));
    await this.b.setLocalDescription();
    await this.a.setRemoteDescription(strip(this.b.localDescription));
    this.#answered();
  }

  gathered() {
    return until(this.a, "icegatheringstatechange",
      () => this.a.iceGatheringState === "complete");
  }

  /** The median round trip in ms; fails when nothing comes around. */
  async echo() {
    const isOpen = until(this.#channel, "open", () => this.#channel.readyState === "open");
    await withDeadline(isOpen, ECHO_MS, true);
    const times = [];
    for (let i = 0; i < ECHOES; i += 1) {
      const sent = performance.now();
      const back = new Promise((resolve) => { this.#channel.onmessage = resolve; });
      this.#channel.send(`echo ${i}`);
      await withDeadline(back, ECHO_MS, true);
      times.push(performance.now() - sent);
    }
    return times.sort((x, y) => x - y)[Math.floor(ECHOES / 2)];
  }

  close() {
    this.a.close();
    this.b.close();
  }
}

// Candidates go by trickling alone, so that `mayPass` sees each.
function strip({ type, sdp }) {
  return { type, sdp: sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, "") };
}

// `carrier` where the browser does not tell how it reaches a relay; its protocol is always `udp`.
function factsOf(candidate, milliseconds, carrier = "–") {
  const { type, protocol, relayProtocol, url } = candidate;
  const asked = parseIceUrl(url ?? "")?.transport ?? carrier;
  return {
    type,
    address: (candidate.address ?? "").replace(/[[\]]/g, ""), // Chrome writes [::1] here.
    port: candidate.port,
    protocol: relayProtocol ?? (type === "relay" ? asked : protocol),
    priority: candidate.priority,
    milliseconds,
  };
}

function until(target, type, isTrue) {
  return new Promise((resolve) => {
    const look = () => isTrue() && resolve();
    target.addEventListener(type, look);
    look();
  });
}

function withDeadline(promise, milliseconds, fails = false) {
  return Promise.race([promise, new Promise((resolve, reject) => {
    setTimeout(() => (fails ? reject(new Error("too late")) : resolve()), milliseconds);
  })]);
}
