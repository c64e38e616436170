// Plays course_conversation.json with node's ws: course_conversation.mjs URL SCRIPT WS_MODULE.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [url, script, module] = process.argv.slice(2);
const WebSocket = createRequire(import.meta.url)(module);
const ping = '{"cmd":"ping"}', pong = '{"cmd":"pong"}';

class Peer {
  constructor() {
    this.heard = [];
    this.waiting = null;
    this.socket = new WebSocket(url, { perMessageDeflate: true });
    this.socket.on("message", (data, binary) => this.take(binary ? "binary" : data.toString()));
    this.socket.on("close", (code) => this.take(code));
  }
  take(what) {
    this.heard.push(what);
    this.waiting?.();
  }
  async connect() {
    await new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
  }
  async next() {
    while (this.heard.length === 0) await new Promise((resolve) => (this.waiting = resolve));
    return this.heard.shift();
  }
}

const peers = {};
async function play([who, what, argument]) {
  if (what === "connect") {
    peers[who] = new Peer();
    return peers[who].connect();
  }
  const peer = peers[who];
  if (what === "say") return peer.socket.send(argument);
  if (what === "vanish") return peer.socket.terminate();
  if (what === "close") return peer.socket.close();
  if (what === "hears nothing") peer.socket.send(ping);
  const expected = what === "hears nothing" ? pong : argument;
  const heard = await peer.next();
  if (heard !== expected) throw new Error(`${who} ${what}: ${expected}, but ${heard}`);
}

setTimeout(() => {
  console.log("not within 8 s");
  process.exit(1);
}, 8000);
try {
  for (const step of JSON.parse(readFileSync(script, "utf8"))) await play(step);
  console.log("played to its end");
  process.exit(0);
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
