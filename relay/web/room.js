// A room from within: who is there, and the connections to them. No element of the page is touched
// here.
//
// Events: "status" (detail: of the way to the server), "came", "left", "change", "chat" and
// "candidate-error" (detail: {peer, ...}), "refused" (detail: the key of a sentence), "relay"
// (detail: the key of a sentence on why there are no credentials).

import { fetchIceServers } from "./ice_servers.js";
import { Peer } from "./peer.js";
import { Signaling } from "./signaling.js";

const LINGER_MS = 8_000; // Who lost the server but not the call comes back within this.
const MAY_LAST = ["connected", "completed", "disconnected"]; // A network that changes breaks both.
const DOUBT_MS = 30_000; // So long after we came back ourselves.
const FULL_RETRY_MS = [700, 1500, 3000]; // One's own earlier page may not have left yet.
const SERVERS_KEPT_MS = 60_000;
const UPLINK_BITS_PER_SECOND = 2_500_000;

export class Room extends EventTarget {
  peers = new Map();
  #options; // {name of the room, token, relayOnly, tracks(), introduction()}
  #uid = crypto.randomUUID?.() ?? `u${Math.random().toString(36).slice(2)}`;
  #signaling;
  #lingering = new Map();
  #doubted = new Map();
  #fullRetries = 0;
  #servers;
  #serversUntil = 0;

  constructor(options) {
    super();
    this.#options = options;
    this.#signaling = new Signaling(options.room, this.#uid);
    this.#signaling.addEventListener("message", ({ detail }) => this.#hear(detail));
    this.#signaling.addEventListener("state", ({ detail }) => this.#stateChanged(detail));
    this.#signaling.addEventListener("end", ({ detail }) =>
      this.#tell("refused", `notice.${detail}`));
  }

  enter() {
    this.#signaling.open();
  }

  leave() {
    for (const [uid, peer] of this.peers) {
      this.#trust(uid);
      peer.close();
    }
    this.peers.clear();
    this.#signaling.close();
  }

  /** How many it was sent to. */
  chat(text) {
    return [...this.peers.values()].filter((peer) => peer.chat(text)).length;
  }

  /** The network may be another one. */
  hurry() {
    this.#signaling.hurry();
  }

  introduce() {
    for (const peer of this.peers.values()) peer.introduce();
  }

  replaceTracks() {
    for (const peer of this.peers.values()) peer.replaceTracks();
  }

  #hear(message) {
    const uid = message.remoteUid === undefined ? undefined : String(message.remoteUid);
    switch (message.cmd) {
      case "new-peer": return uid && this.#peer(uid).invite();
      case "resp-join": return uid && this.#peer(uid).await();
      case "peer-leave": return this.#lingers(uid);
      case "offer":
      case "answer":
      case "candidate": return this.#forwarded(message);
      case "full": return this.#full();
      case "error": return this.#error(message);
      default: return undefined;
    }
  }

  // Of a forwarded text `uid` is the sender.
  #forwarded(message) {
    const sender = String(message.uid ?? "");
    if (!sender || sender === this.#uid) return;
    if (message.cmd !== "offer" && !this.peers.has(sender)) return;
    this.#peer(sender).take(message);
  }

  #peer(uid) {
    this.#trust(uid);
    if (this.peers.has(uid)) return this.peers.get(uid);
    const send = (cmd, fields) => this.#signaling.send(cmd, { remoteUid: uid, ...fields });
    const peer = new Peer(uid, send, {
      configuration: () => this.#configuration(),
      tracks: () => this.#options.tracks(),
      introduction: () => this.#options.introduction(),
      bitrate: () => Math.max(250_000, UPLINK_BITS_PER_SECOND / Math.max(1, this.peers.size)),
    });
    peer.addEventListener("change", () => this.#changed(peer));
    peer.addEventListener("chat", ({ detail }) => this.#tell("chat", { peer, text: detail }));
    peer.addEventListener("broke", () => this.#signaling.hurry());
    peer.addEventListener("gone", () => this.#remove(uid, peer));
    peer.addEventListener("candidate-error", ({ detail }) =>
      this.#tell("candidate-error", { peer, error: detail }));
    this.peers.set(uid, peer);
    this.#tell("came", { peer });
    this.replaceTracks(); // The share of the uplink is another one now.
    return peer;
  }

  // The server names those who are in the room. Whom it does not name, and who does not answer
  // either, is gone.
  #stateChanged(state) {
    if (state === "open") for (const uid of this.peers.keys()) this.#doubt(uid);
    this.#tell("status", state);
  }

  #doubt(uid) {
    clearTimeout(this.#doubted.get(uid));
    this.#doubted.set(uid, setTimeout(() => {
      const peer = this.peers.get(uid);
      if (peer?.isConnected) this.#doubt(uid);
      else if (peer) this.#remove(uid, peer);
    }, DOUBT_MS));
  }

  #lingers(uid) {
    const peer = this.peers.get(uid);
    if (!peer) return;
    if (!MAY_LAST.includes(peer.state)) return this.#remove(uid, peer);
    this.#lingering.set(uid, setTimeout(() => this.#remove(uid, peer), LINGER_MS));
  }

  #changed(peer) {
    const isOver = this.#lingering.has(peer.uid) && !MAY_LAST.includes(peer.state);
    if (isOver) return this.#remove(peer.uid, peer);
    this.#tell("change", { peer });
  }

  #trust(uid) {
    for (const timers of [this.#lingering, this.#doubted]) {
      clearTimeout(timers.get(uid));
      timers.delete(uid);
    }
  }

  #remove(uid, peer) {
    if (this.peers.get(uid) !== peer) return;
    this.#trust(uid);
    this.peers.delete(uid);
    peer.close();
    this.#tell("left", { peer });
  }

  #full() {
    const wait = FULL_RETRY_MS[this.#fullRetries];
    this.#fullRetries += 1;
    if (wait && this.#options.isReload) {
      setTimeout(() => this.#signaling.join(), wait);
      return;
    }
    this.#tell("refused", "notice.full");
  }

  #error({ code, ref }) {
    if (ref === "join" && code === "name") this.#tell("refused", "notice.name");
  }

  // Credentials live for an hour or more; a minute's connections share them.
  async #configuration() {
    if (Date.now() > this.#serversUntil) {
      this.#serversUntil = Date.now() + SERVERS_KEPT_MS;
      this.#servers = this.#askForServers();
    }
    return {
      iceServers: await this.#servers,
      iceTransportPolicy: this.#options.relayOnly ? "relay" : "all",
    };
  }

  async #askForServers() {
    const { room, token } = this.#options;
    const { iceServers, refused } = await fetchIceServers({ room, uid: this.#uid, token });
    if (iceServers.length > 0) return iceServers;
    this.#serversUntil = 0;
    const why = { 401: "notice.no-pass", 403: "notice.no-pass", 421: "notice.wrong-name" };
    this.#tell("relay", why[refused] ?? "notice.no-relay-known");
    return [];
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
