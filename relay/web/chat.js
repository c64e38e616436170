// The chat page. The server speaks in {type: enter, message or leave, data}. `data` is a sentence
// that begins with a name, with & < > escaped for the sake of pages that write it as HTML.

import { say, speak, text } from "./language.js";
import { Messages } from "./messages.js";
import { words as chatWords } from "./words_chat.js";
import { words } from "./words.js";

const MOST_BYTES = 2048;
const LONGEST_WAIT_MS = 10_000;

const $ = (id) => document.getElementById(id);
const messages = new Messages($("messages"));
const sent = []; // What comes back of these is one's own.
let socket;
let attempts = 0;

function connect() {
  show("connecting", "busy");
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/chat`);
  socket.onopen = () => {
    attempts = 0;
    sent.length = 0;
    show("open", "good");
  };
  socket.onmessage = ({ data }) => heard(data);
  socket.onclose = () => {
    show("waiting", "bad");
    const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempts);
    attempts += 1;
    setTimeout(connect, longest * (0.5 + Math.random() / 2));
  };
}

function show(state, color) {
  say($("state"), `chat.${state}`);
  $("dot").className = `dot ${color}`;
}

function heard(data) {
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return;
  }
  const sentence = unescaped(String(message?.data ?? ""));
  const [user, ...rest] = sentence.split(" ");
  if (message?.type === "enter" || message?.type === "leave") {
    messages.event(text(`chat.${message.type}`, { user }));
  } else if (message?.type === "message") {
    const said = rest.join(" ").replace(/^说: {0,6}/, "");
    const own = sent.indexOf(said);
    if (own >= 0) sent.splice(0, own + 1);
    messages.add(said, { from: user, isMine: own >= 0 });
  }
}

function unescaped(sentence) {
  const characters = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return sentence.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity]);
}

function submit(event) {
  event.preventDefault();
  const said = $("text").value.trim();
  if (!said || socket.readyState !== WebSocket.OPEN) return;
  if (new TextEncoder().encode(said).length > MOST_BYTES) {
    messages.event(text("chat.too-long"));
    return;
  }
  socket.send(said);
  sent.push(said);
  $("text").value = "";
}

speak(words, chatWords);
$("form").addEventListener("submit", submit);
$("text").focus();
connect();
