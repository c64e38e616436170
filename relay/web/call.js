// The call page: a lobby to look into the mirror in, and the call.

import { authorityOf } from "./authority.js";
import { Devices } from "./devices.js";
import { Invitation } from "./invitation.js";
import { listFormat, say, speak, text } from "./language.js";
import { recall, recallOfTab, remember, rememberOfTab } from "./memory.js";
import { Notices } from "./notices.js";
import { Room } from "./room.js";
import { SidePanel } from "./side_panel.js";
import { Tiles, showToggle } from "./tiles.js";
import { Ways, shortWay } from "./ways.js";
import { words as callWords } from "./words_call.js";
import { words } from "./words.js";

const NAME = "turnbox.name";
const IN_CALL = "turnbox.call"; // The room of this tab, so that a page loaded again goes on.
const SILENCE_MS = 8_000; // After which a relay that gave nothing is said to be silent.
const NO_WAY_MS = 20_000;

const $ = (id) => document.getElementById(id);
const devices = new Devices();
const notices = new Notices($("notices"));
const tiles = new Tiles($("tiles"));
const ways = new Ways($("paths"), $("path-empty"));
const panel = new SidePanel((words) => room?.chat(words));
const invitation = new Invitation(linkToRoom);
const link = readLink();
let room;
let serverState = "connecting";
let measuring;
let troubleTimer;
let relayTrouble;

function readLink() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  const room = fragment.get("room") ?? query.get("room") ?? "";
  return { room, token: fragment.get("token") ?? "" };
}

function linkToRoom() {
  const fragment = new URLSearchParams({ room: $("room").value.trim() });
  if (link.token) fragment.set("token", link.token);
  return `${location.origin}/#${fragment}`;
}

function ownName() {
  return $("name").value.trim() || text("call.guest");
}

// --- Lobby

function suggestRoom() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789"; // None that are taken for one another.
  const random = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(random, (byte) => letters[byte % letters.length]).join("");
}

function showDevices() {
  const stream = devices.picture ? new MediaStream([devices.picture]) : null;
  if ($("preview").srcObject?.getTracks()[0] !== devices.picture) $("preview").srcObject = stream;
  $("preview").classList.add("mirrored");
  $("preview-empty").hidden = Boolean(devices.picture);
  for (const place of ["lobby", "toggle"]) {
    showToggle($(`${place}-microphone`), "microphone", devices.isOn("audio"));
    showToggle($(`${place}-camera`), "camera", devices.isOn("video"));
  }
  showToggle($("toggle-screen"), "screen", devices.sharesScreen);
  $("toggle-screen").hidden = !navigator.mediaDevices?.getDisplayMedia;
  if (room) {
    showSelf();
    room.replaceTracks();
    room.introduce();
  }
}

async function showPickers() {
  for (const [kind, select] of [["video", $("camera")], ["audio", $("microphone")]]) {
    const found = await devices.list(kind);
    const options = found.map(({ id, name }, index) =>
      new Option(name || text("lobby.device", { number: index + 1 }), id));
    if (options.length === 0) options.push(new Option(text("lobby.no-device"), ""));
    select.replaceChildren(...options);
    select.disabled = found.length === 0;
    if (devices.current(kind)) select.value = devices.current(kind);
  }
}

function explainMedia(key) {
  const href = `https://${location.hostname}:8098/${location.hash}`;
  const isOurPlainPort = key === "media.insecure" && location.port === "8099";
  notices.show(key, isOurPlainPort
    ? { link: { href, key: "media.insecure.link", values: { url: href.split("#")[0] } } } : {});
}

// --- Call

function enter(isReload = false) {
  $("room").value ||= suggestRoom();
  const name = $("room").value.trim();
  const relayOnly = $("relay-only").checked;
  rememberOfTab(IN_CALL, { room: name, relayOnly });
  remember(NAME, $("name").value.trim());
  history.replaceState(null, "", linkToRoom());
  notices.hide("notice.full", "notice.replaced", "notice.refused", "notice.name");
  room = new Room({
    room: name,
    token: link.token,
    relayOnly,
    isReload,
    tracks: () => devices.tracks,
    introduction: () => ({
      name: ownName(),
      camera: Boolean(devices.picture),
      microphone: devices.isOn("audio"),
    }),
  });
  listen(room);
  relayTrouble = undefined;
  $("lobby").hidden = true;
  $("call").hidden = false;
  document.body.classList.add("in-call");
  say($("call-title"), "call.title", { room: name });
  document.title = `${name} · turnbox`;
  $("call-title").focus();
  invitation.show();
  showDevices();
  showStatus();
  room.enter();
  measuring = ways.watch(room.peers, (peer, now) => {
    if (now.path && peer.isConnected) tiles.tile(peer.uid).way(...shortWay(now));
  });
  troubleTimer = setInterval(lookForTrouble, 1000);
}

function leave() {
  room?.leave();
  room = undefined;
  clearInterval(measuring);
  clearInterval(troubleTimer);
  rememberOfTab(IN_CALL, null);
  tiles.clear();
  ways.clear();
  panel.clear();
  $("call").hidden = true;
  $("lobby").hidden = false;
  document.body.classList.remove("in-call");
  document.title = "turnbox";
  notices.hide("notice.no-way", "notice.relay-silent", "notice.relay-refuses",
    "notice.relay-only-silent");
  $("room").focus();
}

function listen(entered) {
  const on = (type, heard) => entered.addEventListener(type, ({ detail }) => {
    if (entered === room) heard(detail);
  });
  on("status", (state) => { serverState = state; showStatus(); });
  on("came", ({ peer }) => { peer.since = Date.now(); showPeer(peer); showStatus(); });
  on("change", ({ peer }) => { showPeer(peer); showStatus(); });
  on("left", ({ peer }) => {
    tiles.remove(peer.uid);
    ways.remove(peer.uid);
    if (peer.wasConnected) panel.event("panel.left", { name: nameOf(peer) });
    showStatus();
  });
  on("chat", ({ peer, text: words }) => panel.heard(nameOf(peer), words));
  on("candidate-error", ({ error }) => { relayTrouble = error; });
  on("relay", (key) => notices.show(key));
  on("refused", (key) => {
    leave();
    notices.show(key, { isBad: true });
  });
}

function nameOf(peer) {
  return peer.name || text("call.guest");
}

function showPeer(peer) {
  const tile = tiles.tile(peer.uid);
  const hasPicture = peer.camera && peer.stream.getVideoTracks().some((track) => !track.muted);
  tile.show({
    stream: peer.stream, name: nameOf(peer), camera: hasPicture, microphone: peer.microphone,
  });
  if (!peer.isConnected) tile.way(`state.${peer.state}`);
  if (peer.isConnected && peer.name && !peer.wasConnected) {
    peer.wasConnected = true;
    panel.event("panel.came", { name: nameOf(peer) });
  }
}

function showSelf() {
  const own = tiles.tile("self", true);
  const track = devices.picture;
  const kept = own.video.srcObject;
  const stream = kept?.getTracks()[0] === track ? kept : track ? new MediaStream([track]) : null;
  own.show({
    stream,
    name: text("common.you"),
    camera: Boolean(track),
    microphone: devices.isOn("audio"),
    isMirrored: !devices.sharesScreen,
    isScreen: devices.sharesScreen,
  });
}

function showStatus() {
  if (!room) return;
  showSelf();
  const peers = [...room.peers.values()];
  const connected = peers.filter((peer) => peer.isConnected);
  const others = peers.filter((peer) => !peer.isConnected);
  const names = (list) => ({ names: listFormat(list.map(nameOf)) });
  $("waiting").hidden = peers.length > 0;
  let [color, key, values] = ["good", "status.with", names(connected)];
  if (serverState !== "open") [color, key] = ["busy", `status.${serverState}`];
  else if (peers.length === 0) [color, key] = ["good", "status.alone"];
  else if (others.some((peer) => ["disconnected", "failed"].includes(peer.state))) {
    [color, key, values] = ["bad", "status.repairing", names(others)];
  } else if (others.length) [color, key, values] = ["busy", "status.building", names(others)];
  $("status-dot").className = `dot ${color}`;
  say($("status-text"), key, values);
}

// A call that does not come about says why, as far as this side can know.
function lookForTrouble() {
  if (!room) return;
  const href = `/ice-test${location.hash}`;
  const test = { link: { href, target: "_blank", key: "notice.test" } };
  const peers = [...room.peers.values()];
  const late = peers.find((peer) => !peer.isConnected && Date.now() - peer.since > NO_WAY_MS);
  if (late) notices.show("notice.no-way", { ...test, isBad: true, values: { name: nameOf(late) } });
  else notices.hide("notice.no-way");
  const silent = relayTrouble && peers.some((peer) => peer.gathered && !peer.hasRelay &&
    Date.now() - peer.since > SILENCE_MS);
  if (!silent) return;
  const isRefusal = relayTrouble.errorCode < 700;
  const key = isRefusal ? "notice.relay-refuses"
    : $("relay-only").checked ? "notice.relay-only-silent" : "notice.relay-silent";
  notices.show(key, {
    ...test,
    values: { detail: `${relayTrouble.errorCode} ${relayTrouble.errorText.replace(/\.$/, "")}` },
  });
  relayTrouble = undefined;
}

// --- Start

function wire() {
  $("join").addEventListener("submit", (event) => { event.preventDefault(); enter(); });
  for (const place of ["lobby", "toggle"]) {
    $(`${place}-microphone`).onclick = () => devices.toggle("audio");
    $(`${place}-camera`).onclick = () => devices.toggle("video");
  }
  $("toggle-screen").onclick = () => devices.toggleScreen();
  $("camera").onchange = ({ target }) => devices.choose("video", target.value);
  $("microphone").onchange = ({ target }) => devices.choose("audio", target.value);
  $("hang-up").onclick = leave;
  window.addEventListener("pagehide", () => room?.leave());
  window.addEventListener("online", () => room?.hurry());
  window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  document.addEventListener("language", () => { showDevices(); showPickers(); showStatus(); });
  devices.addEventListener("change", showDevices);
  devices.addEventListener("problem", ({ detail }) => explainMedia(detail));
  navigator.mediaDevices?.addEventListener?.("devicechange", showPickers);
}

async function start() {
  speak(words, callWords);
  wire();
  $("name").value = recall(NAME) ?? "";
  $("room").value = link.room || suggestRoom();
  showDevices();
  const before = recallOfTab(IN_CALL);
  const goesOn = before !== null && (link.room === "" || link.room === before.room);
  if (goesOn) {
    $("room").value = before.room;
    $("relay-only").checked = before.relayOnly;
  }
  authorityOf().then((own) => { $("trust").hidden = !own; });
  await devices.open();
  await showPickers();
  if (goesOn && !room) enter(true);
}

start();
