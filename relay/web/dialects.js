// What clients of the course protocol put into `msg`. A session description is {type, sdp}. There
// are two dialects of candidates, {candidate, sdpMid, sdpMLineIndex, usernameFragment} and {id,
// label, candidate}; ours has all of these keys, because some clients throw when one is missing.
// Most clients send `msg` as a string of JSON, some as an object.

export function writeDescription(description) {
  return JSON.stringify({ type: description.type, sdp: description.sdp });
}

export function writeCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
  return JSON.stringify({
    type: "candidate",
    candidate,
    sdpMid,
    sdpMLineIndex,
    usernameFragment,
    id: sdpMid,
    label: sdpMLineIndex,
  });
}

/** The object that was meant, or undefined. */
function parse(msg) {
  if (msg && typeof msg === "object") return msg;
  try {
    const object = JSON.parse(msg);
    return object && typeof object === "object" ? object : undefined;
  } catch {
    return undefined;
  }
}

export function readDescription(type, msg) {
  const sdp = parse(msg)?.sdp;
  return typeof sdp === "string" ? { type, sdp } : undefined;
}

export function readCandidate(msg) {
  let object = parse(msg);
  // Some forks wrap once more: {"candidate": {"candidate": "candidate:...", ...}}.
  if (object?.candidate && typeof object.candidate === "object") object = object.candidate;
  if (!object || typeof object.candidate !== "string") return undefined;
  const index = Number(object.sdpMLineIndex ?? object.label);
  return {
    candidate: object.candidate,
    sdpMid: object.sdpMid ?? object.id ?? null,
    sdpMLineIndex: Number.isInteger(index) ? index : null,
    usernameFragment: object.usernameFragment ?? null,
  };
}

/** What tells one RTCPeerConnection from the next one of the same person (RFC 8866 5.2). */
export function sessionOf(description) {
  return /^o=\S+ (\S+) /m.exec(description?.sdp ?? "")?.[1];
}
