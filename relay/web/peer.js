// The connection to one other member of the room, and its repair.
//
// Who was there first makes the offers (`leads`), the other one answers. An offer of the follower
// is overruled, so the two never wait for each other. What has lost its way gets an ICE restart
// from the leader. When either side rejoins the room the server names the roles anew, and the next
// offer restarts ICE on the connection that is there: the picture stays.
//
// Events: "change" (state or what is known of the other side), "chat" (detail: text), "gone" (the
// other side said farewell or closed), "broke" (nothing comes any more), "candidate-error" (detail:
// of icecandidateerror).

import {
  readCandidate, readDescription, sessionOf, writeCandidate, writeDescription,
} from "./dialects.js";

const GRACE_MS = 3_000; // "disconnected" often passes by itself.
const LONGEST_WAIT_MS = 16_000;
const CHAT_BYTES = 4_096;
const CANDIDATES_KEPT = 100; // That came before the description they belong to.

export class Peer extends EventTarget {
  uid;
  name = "";
  leads = false;
  camera = true;
  microphone = true;
  connection;
  stream = new MediaStream();
  hasRelay = false;
  gathered = false;
  #send; // (cmd, fields): to the other side, by the room.
  #context; // {configuration(): promise, tracks(): {audio, video}, introduction(), bitrate()}
  #channel;
  #early = [];
  #last = Promise.resolve();
  #timer;
  #restarts = 0;
  #closed = false;

  constructor(uid, send, context) {
    super();
    this.uid = uid;
    this.#send = send;
    this.#context = context;
  }

  /** Makes the offer; where there is a connection, one that restarts ICE. */
  invite() {
    this.leads = true;
    return this.#inTurn(() => this.#offer());
  }

  /** Waits for the offer of the other side. */
  await() {
    this.leads = false;
    clearTimeout(this.#timer);
  }

  /** An offer, answer or candidate of the other side; hostile until shown otherwise. */
  take({ cmd, msg, name }) {
    if (typeof name === "string") this.name = name.slice(0, 64);
    return this.#inTurn(() => {
      if (cmd === "candidate") return this.#takeCandidate(readCandidate(msg));
      const description = readDescription(cmd, msg);
      if (!description) return undefined;
      return cmd === "offer" ? this.#takeOffer(description) : this.#takeAnswer(description);
    });
  }

  /** False when it cannot be sent. */
  chat(text) {
    return this.#tell({ type: "chat", text });
  }

  /** Our name, camera or microphone is another one than before. */
  introduce() {
    this.#tell({ type: "state", ...this.#context.introduction() });
  }

  replaceTracks() {
    return this.#inTurn(() => this.#setTracks());
  }

  /** With a last word, so that the other side need not guess. */
  close() {
    this.#tell({ type: "bye" });
    this.#closed = true;
    clearTimeout(this.#timer);
    this.connection?.close();
  }

  get state() {
    return this.connection?.iceConnectionState ?? "new";
  }

  get isConnected() {
    return ["connected", "completed"].includes(this.state);
  }

  get canChat() {
    return this.#channel?.readyState === "open";
  }

  // One step after the other; a step that fails leaves the repair to the timers.
  #inTurn(step) {
    this.#last = this.#last.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        console.warn(`${this.uid}: ${error}`);
        this.#scheduleRestart();
      }
    });
    return this.#last;
  }

  async #open() {
    this.connection?.close();
    this.#early = [];
    const connection = new RTCPeerConnection(await this.#context.configuration());
    this.connection = connection;
    this.stream = new MediaStream();
    this.hasRelay = this.gathered = false;
    connection.onicecandidate = ({ candidate }) => this.#found(candidate);
    connection.onicecandidateerror = (event) => this.#event("candidate-error", event);
    connection.oniceconnectionstatechange = () => this.#stateChanged(connection);
    connection.onconnectionstatechange = () => this.#event("change");
    connection.ondatachannel = ({ channel }) => this.#useChannel(channel);
    connection.ontrack = ({ track, transceiver }) => {
      this.stream.addTrack(track);
      track.onunmute = track.onmute = () => this.#event("change");
      transceiver.sender.transport?.addEventListener("statechange", ({ target }) => {
        if (target.state === "closed" && connection === this.connection) this.#event("gone");
      });
      this.#event("change");
    };
  }

  async #offer() {
    if (!this.connection || this.connection.signalingState === "closed") {
      await this.#open();
      const { audio, video } = this.#context.tracks();
      this.connection.addTransceiver(audio ?? "audio", { direction: "sendrecv" });
      this.connection.addTransceiver(video ?? "video", { direction: "sendrecv" });
      this.#useChannel(this.connection.createDataChannel("chat"));
    } else {
      this.connection.setConfiguration(await this.#context.configuration());
      this.connection.restartIce();
    }
    await this.connection.setLocalDescription();
    this.#sendDescription();
    this.#scheduleRestart();
  }

  async #takeOffer(description) {
    const known = sessionOf(this.connection?.remoteDescription);
    const isAnother = known !== undefined && known !== sessionOf(description);
    if (!this.connection || isAnother) await this.#open();
    if (this.connection.signalingState !== "stable" && this.leads) return;
    await this.connection.setRemoteDescription(description);
    for (const transceiver of this.connection.getTransceivers()) {
      if (!transceiver.stopped) transceiver.direction = "sendrecv";
    }
    await this.#setTracks();
    await this.connection.setLocalDescription();
    this.#sendDescription();
    await this.#takeEarly();
  }

  async #takeAnswer(description) {
    if (this.connection?.signalingState !== "have-local-offer") return;
    const known = sessionOf(this.connection.remoteDescription);
    if (known !== undefined && known !== sessionOf(description)) {
      this.connection.close(); // It is another one that answers: begin with it anew.
      await this.#offer();
      return;
    }
    await this.connection.setRemoteDescription(description);
    await this.#setTracks();
    await this.#takeEarly();
  }

  async #takeCandidate(candidate) {
    if (!candidate) return;
    if (!this.connection?.remoteDescription) {
      if (this.#early.length < CANDIDATES_KEPT) this.#early.push(candidate);
      return;
    }
    try {
      await this.connection.addIceCandidate(candidate);
    } catch (error) {
      console.warn(`${this.uid}: a candidate that is none: ${error}`); // The others may do.
    }
  }

  async #takeEarly() {
    for (const candidate of this.#early.splice(0)) await this.#takeCandidate(candidate);
  }

  async #setTracks() {
    const tracks = this.#context.tracks();
    for (const { sender, receiver } of this.connection?.getTransceivers() ?? []) {
      const track = tracks[receiver.track.kind] ?? null;
      if (sender.track !== track) await sender.replaceTrack(track);
      if (receiver.track.kind === "video" && track) {
        await limitBitrate(sender, this.#context.bitrate());
      }
    }
  }

  #sendDescription() {
    const description = this.connection.localDescription;
    this.#send(description.type, {
      msg: writeDescription(description),
      name: this.#context.introduction().name,
    });
  }

  #found(candidate) {
    if (!candidate) {
      this.gathered = true;
      return this.#event("change");
    }
    if (!candidate.candidate) return undefined;
    if (candidate.candidate.includes(" typ relay ")) this.hasRelay = true;
    return this.#send("candidate", { msg: writeCandidate(candidate) });
  }

  #stateChanged(connection) {
    if (connection !== this.connection) return;
    if (this.isConnected) {
      clearTimeout(this.#timer);
      this.#restarts = 0;
    } else if (this.state === "disconnected" || this.state === "failed") {
      this.#scheduleRestart(this.state === "failed" ? 0 : GRACE_MS);
      this.#event("broke");
    }
    this.#event("change");
  }

  // Until it is connected, again and again, ever more slowly.
  #scheduleRestart(least = GRACE_MS * 3) {
    if (!this.leads || this.#closed) return;
    clearTimeout(this.#timer);
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(least, 1000 * 2 ** this.#restarts));
    this.#timer = setTimeout(() => {
      if (this.isConnected) return;
      this.#restarts += 1;
      this.#inTurn(() => this.#offer());
    }, wait);
  }

  #useChannel(channel) {
    this.#channel = channel;
    channel.onopen = () => {
      this.introduce();
      this.#event("change");
    };
    channel.onclose = () => this.#event("change");
    channel.onmessage = ({ data }) => this.#heard(data);
  }

  #tell(message) {
    if (!this.canChat) return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  #heard(data) {
    if (typeof data !== "string" || data.length > CHAT_BYTES) return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message?.type === "chat") this.#event("chat", String(message.text));
    if (message?.type === "bye") this.#event("gone");
    if (message?.type !== "state") return;
    this.name = String(message.name ?? "").slice(0, 64);
    this.camera = message.camera !== false;
    this.microphone = message.microphone !== false;
    this.#event("change");
  }

  #event(type, detail) {
    if (!this.#closed) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// In a mesh everybody sends to everybody: the sum is what a home's uplink has to carry.
async function limitBitrate(sender, bitsPerSecond) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  if (parameters.encodings[0].maxBitrate === bitsPerSecond) return;
  parameters.encodings[0].maxBitrate = bitsPerSecond;
  await sender.setParameters(parameters);
}
