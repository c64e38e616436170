// The panel that says which way each connection of a call takes, and how much goes along it.

import { say, text } from "./language.js";
import { formatRate, measure, rates } from "./path.js";
import { Plot } from "./plot.js";

const SECOND_MS = 1000;

export class Ways {
  #list;
  #empty;
  #cards = new Map();

  constructor(list, empty) {
    this.#list = list;
    this.#empty = empty;
  }

  /** Measures again and again; `shown(peer, now)` hears of each. */
  watch(peers, shown) {
    return setInterval(async () => {
      for (const peer of peers.values()) {
        const now = await this.#measure(peer);
        if (now && peers.has(peer.uid)) shown(peer, now);
      }
    }, SECOND_MS);
  }

  remove(uid) {
    this.#cards.get(uid)?.element.remove();
    this.#cards.delete(uid);
    this.#empty.hidden = this.#cards.size > 0;
  }

  clear() {
    for (const uid of [...this.#cards.keys()]) this.remove(uid);
  }

  async #measure(peer) {
    if (!peer.connection) return undefined;
    const now = await measure(peer.connection).catch(() => undefined);
    if (!now) return undefined;
    const card = this.#card(peer.uid);
    now.rates = card.before?.connection === peer.connection
      ? rates(card.before.now, now) : { received: 0, sent: 0 };
    card.before = { connection: peer.connection, now };
    card.show(peer, now);
    return now;
  }

  #card(uid) {
    if (!this.#cards.has(uid)) {
      const card = new Card();
      this.#cards.set(uid, card);
      this.#list.append(card.element);
      this.#empty.hidden = true;
    }
    return this.#cards.get(uid);
  }
}

class Card {
  element = document.createElement("section");
  before;
  #name = document.createElement("h2");
  #sentence = document.createElement("p");
  #received = document.createElement("b");
  #sent = document.createElement("b");
  #plot;
  #facts = document.createElement("dl");
  #values = new Map();

  constructor() {
    this.element.className = "way-card";
    const canvas = document.createElement("canvas");
    this.#plot = new Plot(canvas);
    const legend = document.createElement("p");
    legend.className = "legend";
    for (const [key, value] of [["path.received", this.#received], ["path.sent", this.#sent]]) {
      const name = document.createElement("span");
      const word = document.createElement("span");
      word.className = "word";
      say(word, key);
      name.append(word, " ", value);
      legend.append(name);
    }
    this.element.append(this.#name, this.#sentence, canvas, legend, this.#facts);
  }

  show(peer, now) {
    this.#name.textContent = peer.name || text("call.guest");
    if (now.path) say(this.#sentence, sentenceKey(now.path), values(now.path));
    else say(this.#sentence, `state.${peer.state}`);
    const received = formatRate(now.rates.received);
    const sent = formatRate(now.rates.sent);
    this.#received.textContent = received;
    this.#sent.textContent = sent;
    this.#plot.add(now.rates, text("path.plot", { received, sent }));
    this.#fact("path.state", peer.state);
    this.#fact("path.pair", now.path ? `${end(now.path.local)} ⇄ ${end(now.path.remote)}` : "–");
    this.#fact("path.round-trip",
      now.roundTripMs === undefined ? "–" : `${Math.round(now.roundTripMs)} ms`);
    this.#fact("path.lost", `${now.lostPercent.toFixed(1)} %`);
    const rate = now.framesPerSecond ? `, ${Math.round(now.framesPerSecond)}/s` : "";
    this.#fact("path.picture", now.width ? `${now.width} × ${now.height}${rate}` : "–");
  }

  #fact(key, value) {
    if (!this.#values.has(key)) {
      const term = document.createElement("dt");
      say(term, key);
      const description = document.createElement("dd");
      this.#facts.append(term, description);
      this.#values.set(key, description);
    }
    this.#values.get(key).textContent = value;
  }
}

function sentenceKey({ kind, local }) {
  if (kind !== "relay") return `path.${kind}`;
  return local.type === "relay" ? "path.relay.local" : "path.relay.remote";
}

// Firefox does not tell the server; the relayed address has at least its host.
function values({ local }) {
  const server = local.server || local.address.replace(/:\d+$/, "");
  return { server, carrier: (local.carrier ?? "").toUpperCase() };
}

function end({ type, address }) {
  return `${text(`type.${type}`)} ${address}`;
}

/** What fits on a tile: its key and values. */
export function shortWay(now) {
  const { kind, local } = now.path;
  const carrier = local.type === "relay" ? (local.carrier ?? "").toUpperCase() : "";
  const key = kind === "relay" && !carrier ? "path.short.far-relay" : `path.short.${kind}`;
  return [key, { carrier }];
}
