// The way to the room: one course-protocol connection that comes back by itself. Over a WebSocket
// where that works; where it never opened (Safari under a self-made certificate) over server-sent
// events and POSTs. It joins anew whenever it is open.
//
// Events: "message" (detail: what the server said), "state" (detail: connecting, open, waiting),
// "end" (detail: why it will not come back: replaced, refused).

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const PING_MS = 10_000;
const DOUBT_MS = 2_500; // For the answer, when something else tells that the network is another.
const OPENING_MS = 8_000;
const REPLACED = 4001; // The close code for whom a newer connection of the same id replaces.
const POLICY_VIOLATION = 1008;

export class Signaling extends EventTarget {
  #room;
  #uid;
  #wire;
  #attempts = 0;
  #timer;
  #state;
  #answered = true;
  #webSocketWorks = false;
  #webSocketFailures = 0;

  constructor(room, uid) {
    super();
    this.#room = room;
    this.#uid = uid;
  }

  open() {
    clearTimeout(this.#timer);
    this.#enter("connecting");
    const overEvents = !this.#webSocketWorks && this.#webSocketFailures % 2 === 1;
    const wire = overEvents ? new EventWire() : new SocketWire();
    this.#wire = wire;
    wire.onopen = () => this.#opened(!overEvents);
    wire.ontext = (text) => this.#received(text);
    wire.onclose = (code) => wire === this.#wire && this.#closed(code);
    this.#timer = setTimeout(() => wire.drop(), OPENING_MS);
  }

  /** A command to the room, or to the member `remoteUid` of it. False when there is no way now. */
  send(cmd, fields = {}) {
    const command = { cmd, roomId: this.#room, uid: this.#uid, ...fields };
    return this.#wire?.send(JSON.stringify(command)) ?? false;
  }

  /** For good: the others hear of it at once. */
  close() {
    this.send("leave");
    this.#stop();
  }

  /** Joins once more, as after "full". */
  join() {
    return this.send("join");
  }

  /** The network may be another one: finds out now what else would show within 20 s. */
  hurry() {
    if (this.#state === "waiting") return this.open();
    if (this.#state !== "open") return undefined;
    clearTimeout(this.#timer);
    this.#answered = true;
    return this.#ping(DOUBT_MS);
  }

  #stop() {
    this.#state = "closed";
    clearTimeout(this.#timer);
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.drop();
  }

  #opened(isWebSocket) {
    this.#webSocketWorks ||= isWebSocket;
    this.#attempts = 0;
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ping(), PING_MS);
    this.#enter("open");
    this.join();
  }

  // A network that is gone says nothing for minutes; who does not answer is not there.
  #ping(patienceMs = PING_MS) {
    if (!this.#answered) return this.#wire.drop();
    this.#answered = false;
    this.send("ping");
    this.#timer = setTimeout(() => this.#ping(), patienceMs);
    return undefined;
  }

  #received(text) {
    this.#answered = true;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message && typeof message.cmd === "string") this.#tell("message", message);
  }

  #closed(code) {
    clearTimeout(this.#timer);
    this.#wire = undefined;
    this.#state = "closed";
    if (code === REPLACED) return this.#tell("end", "replaced");
    if (code === POLICY_VIOLATION) return this.#tell("end", "refused");
    if (!this.#webSocketWorks) this.#webSocketFailures += 1;
    this.#enter("waiting");
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    const wait = longest * (0.5 + Math.random() / 2); // So that not all come back at once.
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #enter(state) {
    this.#state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** onopen(), ontext(text), onclose(code) exactly once, send(text), drop(). */
class SocketWire {
  #socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
  #closed = false;

  constructor() {
    this.#socket.onopen = () => this.onopen();
    this.#socket.onmessage = ({ data }) => this.ontext(data);
    this.#socket.onclose = ({ code }) => this.#close(code);
  }

  send(text) {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  // Does not wait for the other side's farewell, which may never come.
  drop() {
    this.#socket.close();
    this.#close(1000);
  }

  #close(code) {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose(code);
  }
}

class EventWire {
  #source = new EventSource("/events");
  #id;
  #last = Promise.resolve(); // POSTs one after the other: on several connections they would race.
  #closed = false;

  constructor() {
    this.#source.addEventListener("open", ({ data }) => data && this.#open(data));
    this.#source.addEventListener("message", ({ data }) => this.ontext(data));
    this.#source.addEventListener("close", ({ data }) => this.#close(JSON.parse(data).code));
    this.#source.addEventListener("error", () => this.#close(1006));
  }

  send(text) {
    if (!this.#id || this.#closed) return false;
    this.#last = this.#last.then(() => this.#post(text));
    return true;
  }

  drop() {
    this.#close(1000);
  }

  #open(data) {
    this.#id = JSON.parse(data).id;
    this.onopen();
  }

  async #post(text) {
    const headers = { "Content-Type": "application/json" };
    const request = { method: "POST", headers, body: text, keepalive: text.length < 60_000 };
    const answer = await fetch(`/events/${this.#id}`, request).catch(() => undefined);
    if (!answer?.ok) this.#close(1006);
  }

  #close(code) {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close();
    this.onclose(code);
  }
}
