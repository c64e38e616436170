// A client of the course protocol as people have them, one candidate dialect each, strict: a key
// that its dialect needs and does not find is a problem. Runs within a page.

const courseProblems = [];
let courseFrames = 0;

function need(object, key) {
  if (!(key in object)) courseProblems.push(`no ${key} in ${JSON.stringify(object)}`);
  return object[key];
}

const dialects = {
  v1: {
    write: ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) =>
      ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }),
    read: (msg) => ({
      candidate: need(msg, "candidate"),
      sdpMid: need(msg, "sdpMid"),
      sdpMLineIndex: need(msg, "sdpMLineIndex"),
    }),
  },
  v2: {
    write: ({ candidate, sdpMid, sdpMLineIndex }) =>
      ({ label: sdpMLineIndex, id: sdpMid, candidate }),
    read: (msg) => ({
      candidate: need(msg, "candidate"),
      sdpMid: need(msg, "id"),
      sdpMLineIndex: need(msg, "label"),
    }),
  },
};

// Video of a canvas; whoever is in the room is called or answered.
function enterCourse({ url, room, uid, dialect, iceServers }) {
  const { write, read } = dialects[dialect];
  const socket = new WebSocket(url);
  let connection;
  let remoteUid;
  let last = Promise.resolve();
  const early = [];
  const send = (cmd, msg) => socket.send(JSON.stringify(
    { cmd, roomId: room, uid, remoteUid, msg: JSON.stringify(msg) }));

  function connect() {
    connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
    const canvas = document.createElement("canvas");
    setInterval(() => canvas.getContext("2d").fillRect(Math.random() * 300, 0, 9, 99), 50);
    for (const track of canvas.captureStream(15).getTracks()) connection.addTrack(track);
    connection.onicecandidate = ({ candidate }) => candidate && send("candidate", write(candidate));
    connection.ontrack = ({ track }) => {
      if (track.kind !== "video") return;
      const video = document.createElement("video");
      video.muted = true;
      video.srcObject = new MediaStream([track]);
      video.requestVideoFrameCallback(function count() {
        courseFrames += 1;
        video.requestVideoFrameCallback(count);
      });
      video.play();
    };
  }

  async function take(message) {
    if (message.cmd === "new-peer" || message.cmd === "resp-join") {
      remoteUid = need(message, "remoteUid");
      connect();
      if (message.cmd === "resp-join") return;
      await connection.setLocalDescription(await connection.createOffer());
      send("offer", connection.localDescription);
      return;
    }
    const msg = JSON.parse(need(message, "msg"));
    if (message.cmd === "candidate") {
      if (!connection.remoteDescription) early.push(read(msg));
      else await connection.addIceCandidate(read(msg));
      return;
    }
    await connection.setRemoteDescription({ type: message.cmd, sdp: need(msg, "sdp") });
    for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
    if (message.cmd !== "offer") return;
    await connection.setLocalDescription(await connection.createAnswer());
    send("answer", connection.localDescription);
  }

  socket.onmessage = ({ data }) => {
    last = last.then(() => take(JSON.parse(data))).catch((e) => courseProblems.push(String(e)));
  };
  return new Promise((resolve) => {
    socket.onopen = () => {
      socket.send(JSON.stringify({ cmd: "join", roomId: room, uid }));
      resolve();
    };
  });
}
