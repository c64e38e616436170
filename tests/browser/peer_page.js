// One side of a call, within the page. call.mjs carries the messages between the two sides: what a
// side has to say goes to window.toOther(message), what the other said comes to fromOther(message).

let connection;
const candidateErrors = [];
const candidates = [];

function connect(iceServers) {
  connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
  connection.onicecandidate = ({ candidate }) => {
    if (!candidate || !candidate.candidate) return;
    candidates.push(candidate.toJSON());
    window.toOther?.({ candidate: candidate.toJSON() });
  };
  connection.onicecandidateerror = ({ errorCode, errorText, url }) => {
    candidateErrors.push({ errorCode, errorText, url });
  };
  connection.ontrack = ({ streams }) => {
    const video = document.querySelector("video");
    video.srcObject = streams[0];
    video.play();
  };
}

async function addCameraAndMicrophone() {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 320, height: 240, frameRate: 15 },
  });
  for (const track of media.getTracks()) connection.addTrack(track, media);
}

async function offer() {
  await connection.setLocalDescription();
  window.toOther({ description: connection.localDescription.toJSON() });
}

// Candidates may come before the description they belong to.
const early = [];
async function fromOther({ description, candidate }) {
  if (candidate) {
    if (!connection.remoteDescription) return early.push(candidate);
    return connection.addIceCandidate(candidate);
  }
  await connection.setRemoteDescription(description);
  for (const waiting of early.splice(0)) await connection.addIceCandidate(waiting);
  if (description.type === "offer") {
    await connection.setLocalDescription();
    window.toOther({ description: connection.localDescription.toJSON() });
  }
}

// Gathers without a call: a data channel is reason enough.
async function gather(iceServers) {
  connect(iceServers);
  connection.createDataChannel("nothing");
  await connection.setLocalDescription();
}

function gathered() {
  return { state: connection.iceGatheringState, candidates, candidateErrors };
}

// What is true of the call at this moment.
async function measure() {
  const report = [...(await connection.getStats()).values()];
  const byId = new Map(report.map((entry) => [entry.id, entry]));
  const transport = report.find((entry) => entry.type === "transport");
  const pair = byId.get(transport?.selectedCandidatePairId);
  const picture = report.find((entry) => entry.type === "inbound-rtp" && entry.kind === "video");
  const video = document.querySelector("video");
  return {
    state: connection.iceConnectionState,
    local: byId.get(pair?.localCandidateId)?.candidateType,
    localRelayProtocol: byId.get(pair?.localCandidateId)?.relayProtocol,
    remote: byId.get(pair?.remoteCandidateId)?.candidateType,
    bytesReceived: pair?.bytesReceived ?? 0,
    framesDecoded: picture?.framesDecoded ?? 0,
    videoWidth: video.videoWidth,
    currentTime: video.currentTime,
    candidateErrors,
  };
}
