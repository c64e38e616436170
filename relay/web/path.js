// What is true of a connection at this moment: which way its bytes go, who carries them, how many.

/**
 * {path, bytesReceived, bytesSent, roundTripMs, lostPercent, width, height, framesPerSecond, at}.
 * `path` is undefined until there is one, else {kind, local, remote}, where kind is the key of a
 * sentence without its prefix: host, nat or relay.
 */
export async function measure(connection) {
  const report = await connection.getStats();
  const pair = selectedPair(report);
  const video = find(report, (entry) => entry.type === "inbound-rtp" && entry.kind === "video");
  const result = {
    path: undefined,
    bytesReceived: pair?.bytesReceived ?? 0,
    bytesSent: pair?.bytesSent ?? 0,
    roundTripMs: pair?.currentRoundTripTime === undefined
      ? undefined : pair.currentRoundTripTime * 1000,
    lostPercent: lostPercent(report),
    width: video?.frameWidth,
    height: video?.frameHeight,
    framesPerSecond: video?.framesPerSecond,
    framesDecoded: video?.framesDecoded ?? 0,
    at: performance.now(),
  };
  if (pair) {
    result.path = pathOf(report.get(pair.localCandidateId), report.get(pair.remoteCandidateId));
  }
  return result;
}

function find(report, matches) {
  for (const entry of report.values()) if (matches(entry)) return entry;
  return undefined;
}

// Firefox has no transport entry but says `selected` of the pair.
function selectedPair(report) {
  const transport = find(report, (entry) => entry.type === "transport");
  return report.get(transport?.selectedCandidatePairId) ??
    find(report, (entry) => entry.type === "candidate-pair" && entry.selected) ??
    find(report, (entry) => entry.type === "candidate-pair" && entry.nominated &&
      entry.state === "succeeded");
}

function lostPercent(report) {
  let lost = 0;
  let received = 0;
  for (const entry of report.values()) {
    if (entry.type !== "inbound-rtp") continue;
    lost += Math.max(0, entry.packetsLost ?? 0);
    received += entry.packetsReceived ?? 0;
  }
  return received + lost > 0 ? (100 * lost) / (received + lost) : 0;
}

function pathOf(local, remote) {
  if (!local || !remote) return undefined;
  const types = [local.candidateType, remote.candidateType];
  const kind = types.includes("relay") ? "relay"
    : types.every((type) => type === "host") ? "host" : "nat";
  return { kind, local: endOf(local), remote: endOf(remote) };
}

// `carrier` is how the bytes travel between the browser and its relay (udp, tcp, tls).
function endOf(candidate) {
  const address = candidate.address ?? candidate.ip;
  return {
    type: candidate.candidateType,
    address: address ? `${bracketed(address)}:${candidate.port}` : "",
    carrier: candidate.relayProtocol ?? candidate.protocol,
    server: /^turns?:([^?]*)/.exec(candidate.url ?? "")?.[1] ?? "",
  };
}

function bracketed(address) {
  return address.includes(":") ? `[${address}]` : address;
}

/** Bits per second between two measurements of one connection; a new connection begins at zero. */
export function rates(before, now) {
  const seconds = (now.at - before.at) / 1000;
  const rate = (from, to) => (seconds > 0 && to >= from ? (8 * (to - from)) / seconds : 0);
  return {
    received: rate(before.bytesReceived, now.bytesReceived),
    sent: rate(before.bytesSent, now.bytesSent),
  };
}

export function formatRate(bitsPerSecond) {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
