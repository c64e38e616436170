// The camera and the microphone of this device, and the screen instead of the camera.
//
// Events: "change" (tracks or state are others), "problem" (detail: the key of a sentence).

import { recall, remember } from "./memory.js";

const CHOICE = { audio: "turnbox.microphone", video: "turnbox.camera" };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 } };

export class Devices extends EventTarget {
  #tracks = {};
  #wanted = { audio: true, video: true };
  #screen;

  /** {audio, video}: what is sent now; a track that is off is not there. */
  get tracks() {
    return { audio: this.isOn("audio") ? this.#tracks.audio : undefined, video: this.picture };
  }

  /** What others see, and oneself. */
  get picture() {
    return this.#screen ?? (this.isOn("video") ? this.#tracks.video : undefined);
  }

  get sharesScreen() {
    return this.#screen !== undefined;
  }

  isOn(kind) {
    return this.#wanted[kind] && this.#tracks[kind] !== undefined;
  }

  /** Asks for both; without one of them still for the other one. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) return this.#problem("media.insecure");
    const problem = await this.#acquire(["audio", "video"]);
    if (!problem) return undefined;
    const alone = await Promise.all(["audio", "video"].map((kind) => this.#acquire([kind])));
    if (alone.every((each) => each)) return this.#problem(problem);
    return this.#problem(alone[0] ? "media.no-microphone" : "media.no-camera");
  }

  async choose(kind, deviceId) {
    remember(CHOICE[kind], deviceId);
    const problem = await this.#acquire([kind]);
    if (problem) this.#problem(problem);
  }

  async toggle(kind) {
    this.#wanted[kind] = !this.isOn(kind);
    if (this.#wanted[kind] && !this.#tracks[kind]) {
      if (!navigator.mediaDevices?.getUserMedia) return this.#problem("media.insecure");
      const problem = await this.#acquire([kind]);
      if (problem) return this.#problem(problem);
    } else if (!this.#wanted[kind] && kind === "video") {
      this.#drop("video"); // So that its light goes out.
    }
    return this.#changed();
  }

  async toggleScreen() {
    if (this.#screen) return this.#endScreen();
    try {
      const media = await navigator.mediaDevices.getDisplayMedia({ video: true });
      [this.#screen] = media.getVideoTracks();
      this.#screen.onended = () => this.#endScreen();
    } catch (error) {
      if (error.name !== "NotAllowedError") this.#problem("media.no-screen");
    }
    return this.#changed();
  }

  close() {
    this.#endScreen();
    for (const kind of Object.keys(this.#tracks)) this.#drop(kind);
  }

  /** [{id, name}], the one in use first known by `current(kind)`. */
  async list(kind) {
    const all = await navigator.mediaDevices?.enumerateDevices?.() ?? [];
    return all.filter((device) => device.kind === `${kind}input` && device.deviceId)
      .map((device) => ({ id: device.deviceId, name: device.label }));
  }

  current(kind) {
    return this.#tracks[kind]?.getSettings().deviceId ?? recall(CHOICE[kind]);
  }

  /** Undefined, or the key of a sentence that says why not. */
  async #acquire(kinds) {
    const constraints = {};
    for (const kind of kinds) {
      const chosen = recall(CHOICE[kind]);
      constraints[kind] = {
        ...(chosen ? { deviceId: { ideal: chosen } } : {}),
        ...(kind === "video" ? PICTURE : {}),
      };
    }
    try {
      const media = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of media.getTracks()) this.#take(track);
      return undefined;
    } catch (error) {
      return sentenceOf(error);
    } finally {
      this.#changed();
    }
  }

  #take(track) {
    this.#tracks[track.kind]?.stop();
    this.#tracks[track.kind] = track;
    track.onended = () => {
      if (this.#tracks[track.kind] !== track) return;
      this.#drop(track.kind);
      this.#problem(track.kind === "audio" ? "media.microphone-gone" : "media.camera-gone");
      this.#changed();
    };
  }

  #drop(kind) {
    this.#tracks[kind]?.stop();
    delete this.#tracks[kind];
  }

  #endScreen() {
    this.#screen?.stop();
    this.#screen = undefined;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #problem(key) {
    this.dispatchEvent(new CustomEvent("problem", { detail: key }));
  }
}

function sentenceOf(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "media.denied";
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return "media.none";
  if (error.name === "NotReadableError" || error.name === "AbortError") return "media.busy";
  return "media.failed";
}
