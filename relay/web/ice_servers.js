// Where the relay is, and credentials for it that this server made a moment ago.

/** {iceServers} or {iceServers: [], refused: HTTP status, 0 when nobody answered}. */
export async function fetchIceServers({ room, uid, token } = {}) {
  const query = new URLSearchParams();
  if (room) query.set("room", room);
  if (uid) query.set("username", uid);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const answer = await fetch(`/api/ice?${query}`, { headers, cache: "no-store" });
    if (!answer.ok) return { iceServers: [], refused: answer.status };
    const { iceServers } = await answer.json();
    return { iceServers: Array.isArray(iceServers) ? iceServers : [] };
  } catch {
    return { iceServers: [], refused: 0 };
  }
}

/** Time-limited user names are `expiry:name`, the expiry in seconds since 1970. */
export function expiryOf(username) {
  const seconds = /^(\d{9,11})(:|$)/.exec(username ?? "")?.[1];
  return seconds ? new Date(seconds * 1000) : undefined;
}

/** Private, shared (RFC 6598), link-local and loopback addresses: nobody far away reaches them. */
export function isPrivate(address) {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address) ||
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(address) ||
    /^(f[cd]|fe[89ab])[0-9a-f]*:|^::1$/i.test(address);
}

const ICE_URL =
  /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[^:?[\]/\s]+)(?::(\d+))?(?:\?transport=(\w+))?$/i;

/** {scheme, host, port, transport: udp, tcp or tls} of a `turn:` or `stun:` URL, or undefined. */
export function parseIceUrl(url) {
  const match = ICE_URL.exec(url.trim());
  if (!match) return undefined;
  const scheme = match[1].toLowerCase();
  const isTls = scheme.endsWith("s");
  return {
    scheme,
    host: match[2],
    port: Number(match[3] ?? (isTls ? 5349 : 3478)),
    transport: isTls ? "tls" : (match[4] ?? "udp").toLowerCase(),
  };
}
