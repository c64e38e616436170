// What the call page says: {key: [English, Chinese]}.

export const words = {
  "lobby.title": ["Start a call", "开始通话"],
  "lobby.lead": [
    "Whoever enters the same room name is in the call. Nothing to install, no account.",
    "输入相同房间名的人即进入同一通话。无需安装，无需账号。",
  ],
  "lobby.name": ["Your name", "你的名字"],
  "lobby.name.hint": ["How others see you", "别人看到的名字"],
  "lobby.room": ["Room", "房间"],
  "lobby.room.hint": ["Any name", "任意名称"],
  "lobby.camera": ["Camera", "摄像头"],
  "lobby.microphone": ["Microphone", "麦克风"],
  "lobby.device": ["Device {number}", "设备 {number}"],
  "lobby.no-device": ["None found", "未找到"],
  "lobby.no-picture": ["The camera is off", "摄像头已关闭"],
  "lobby.relay-only": ["Through the relay only", "仅通过中继"],
  "lobby.relay-only.hint": [
    "Others do not learn your address; also shows whether the relay works.",
    "其他人不会得知你的地址；也可用来检验中继是否正常。",
  ],
  "lobby.join": ["Join", "加入"],

  "call.title": ["In the room {room}", "房间 {room}"],
  "call.controls": ["Call controls", "通话控制"],
  "call.alone": ["Nobody else is here yet", "还没有其他人"],
  "call.alone.hint": [
    "Scan this with a phone, or send the link. The call begins by itself.",
    "用手机扫描，或发送链接。对方进入后通话自动开始。",
  ],
  "call.microphone.on": ["Microphone is on: mute", "麦克风已开启：点击静音"],
  "call.microphone.off": ["Microphone is off: unmute", "麦克风已关闭：点击开启"],
  "call.camera.on": ["Camera is on: turn off", "摄像头已开启：点击关闭"],
  "call.camera.off": ["Camera is off: turn on", "摄像头已关闭：点击开启"],
  "call.screen.on": ["Stop sharing the screen", "停止共享屏幕"],
  "call.screen.off": ["Share the screen", "共享屏幕"],
  "call.chat": ["Messages", "消息"],
  "call.path": ["Way of the call", "通话路径"],
  "call.share": ["Invite", "邀请"],
  "call.hang-up": ["Hang up", "挂断"],
  "call.play": ["Tap to hear {name}", "点击收听 {name}"],
  "call.guest": ["Guest", "访客"],
  "call.muted": ["{name} is muted", "{name} 已静音"],

  "status.connecting": ["Connecting to the room…", "正在连接房间…"],
  "status.waiting": ["No connection to the server. Trying again…", "与服务器的连接中断，正在重试…"],
  "status.alone": ["In the room, alone", "已进入房间，暂无他人"],
  "status.with": ["In the call with {names}", "正在与 {names} 通话"],
  "status.building": ["Looking for a way to {names}…", "正在建立到 {names} 的连接…"],
  "status.repairing": ["The connection to {names} broke. Repairing…", "与 {names} 的连接中断，正在恢复…"],

  "state.new": ["waiting", "等待中"],
  "state.checking": ["connecting", "连接中"],
  "state.connected": ["connected", "已连接"],
  "state.completed": ["connected", "已连接"],
  "state.disconnected": ["interrupted", "已中断"],
  "state.failed": ["no way found", "无法连通"],
  "state.closed": ["ended", "已结束"],

  "path.nobody": ["Nobody else is in the room.", "房间里没有其他人。"],
  "path.short.host": ["direct · local network", "直连 · 局域网"],
  "path.short.nat": ["direct · Internet", "直连 · 互联网"],
  "path.short.far-relay": ["relay of the other side", "对方的中继"],
  "path.short.relay": ["relay · {carrier}", "中继 · {carrier}"],
  "path.host": [
    "Directly from device to device in the local network. The relay carries nothing.",
    "设备之间在局域网内直连，不经过中继。",
  ],
  "path.nat": [
    "Directly from device to device through the Internet, past the routers. The relay " +
      "carries nothing.",
    "设备之间穿过路由器经互联网直连，不经过中继。",
  ],
  "path.relay.local": [
    "The relay {server} carries the call. This device reaches it over {carrier}.",
    "通话由中继 {server} 转发，本设备通过 {carrier} 连接中继。",
  ],
  "path.relay.remote": ["The relay of the other side carries the call.", "通话由对方的中继转发。"],
  "path.state": ["ICE state", "ICE 状态"],
  "path.pair": ["Selected pair", "选中的候选对"],
  "path.round-trip": ["Round trip", "往返时延"],
  "path.lost": ["Lost", "丢包"],
  "path.picture": ["Picture", "画面"],
  "path.received": ["Received", "接收"],
  "path.sent": ["Sent", "发送"],
  "path.plot": [
    "The last minute: now receiving {received}, sending {sent}",
    "最近一分钟：当前接收 {received}，发送 {sent}",
  ],

  "type.host": ["host", "本机"],
  "type.srflx": ["behind NAT (srflx)", "NAT 后 (srflx)"],
  "type.prflx": ["behind NAT (prflx)", "NAT 后 (prflx)"],
  "type.relay": ["relay", "中继"],

  "panel.label": ["Beside the call", "通话侧栏"],
  "panel.chat": ["Messages", "消息"],
  "panel.path": ["Way of the call", "通话路径"],
  "panel.messages": ["Messages of this call", "本次通话的消息"],
  "panel.message": ["Write a message", "输入消息"],
  "panel.unsent": ["Not sent: nobody is connected.", "未发送：没有已连接的人。"],
  "panel.came": ["{name} came", "{name} 进入"],
  "panel.left": ["{name} left", "{name} 离开"],

  "share.title": ["Invite others", "邀请他人"],
  "share.hint": ["Scan with a phone, or send the link.", "用手机扫描，或发送链接。"],
  "share.link": ["Link to this room", "房间链接"],
  "share.copy": ["Copy the link", "复制链接"],
  "share.send": ["Send…", "发送…"],
  "share.code": ["QR code of the link", "链接的二维码"],

  "media.insecure": [
    "Browsers give camera and microphone to https pages only. Open this page over https; " +
      "until then you only see and hear the others.",
    "浏览器只允许 https 页面使用摄像头和麦克风。请改用 https 打开本页；在此之前只能看到和听到对方。",
  ],
  "media.insecure.link": ["Open {url}", "打开 {url}"],
  "media.denied": [
    "Camera and microphone are not allowed for this page. Allow them at the lock or camera " +
      "sign beside the address, then load the page again.",
    "此页面未获准使用摄像头和麦克风。请点击地址栏旁的锁或摄像头图标允许，然后刷新页面。",
  ],
  "media.none": [
    "No camera and no microphone was found. You can join all the same, to see and hear the " +
      "others.",
    "未找到摄像头和麦克风。仍可加入，观看和收听他人。",
  ],
  "media.no-camera": [
    "No camera can be used; others hear you but do not see you.",
    "没有可用的摄像头：别人能听到你但看不到你。",
  ],
  "media.no-microphone": [
    "No microphone can be used; others see you but do not hear you.",
    "没有可用的麦克风：别人能看到你但听不到你。",
  ],
  "media.busy": [
    "Another program uses the camera or the microphone. Close it and try again.",
    "摄像头或麦克风被其他程序占用，请关闭该程序后重试。",
  ],
  "media.failed": ["The camera or the microphone does not start.", "摄像头或麦克风无法启动。"],
  "media.camera-gone": ["The camera was taken away.", "摄像头已断开。"],
  "media.microphone-gone": ["The microphone was taken away.", "麦克风已断开。"],
  "media.no-screen": ["The screen cannot be shared here.", "此处无法共享屏幕。"],

  "notice.full": [
    "The room is full. Choose another room, or wait until somebody leaves.",
    "房间已满。请换一个房间，或等有人离开。",
  ],
  "notice.replaced": ["This call goes on in another window.", "通话已在另一个窗口继续。"],
  "notice.refused": ["The server does not let this page in. Load it again.", "服务器拒绝了此页面，请刷新。"],
  "notice.name": [
    "The server does not take this room name. Choose a shorter one without control characters.",
    "服务器不接受此房间名，请使用较短且不含控制字符的名称。",
  ],
  "notice.no-pass": [
    "This link has no valid pass for the relay (the pass may have expired). Calls work " +
      "where devices reach each other directly. Ask whoever runs the server for a fresh link.",
    "此链接没有有效的中继通行证（可能已过期）。只有设备能直连时才能通话。请向服务器管理员索取新链接。",
  ],
  "notice.wrong-name": [
    "The server does not know the name that this page was opened under, and gives no relay to " +
      "it. Open it by its address, or tell whoever runs the server (--ws-origin).",
    "服务器不认识打开本页所用的域名，因此不提供中继。请用服务器地址打开，或告知管理员（--ws-origin）。",
  ],
  "notice.no-relay-known": [
    "The server names no relay. Calls work where devices reach each other directly.",
    "服务器未提供中继。只有设备能直连时才能通话。",
  ],
  "notice.relay-silent": [
    "The relay does not answer this device, so the call works only directly. The connection " +
      "test says why.",
    "中继对本设备无响应，通话只能直连。连接测试可查明原因。",
  ],
  "notice.relay-refuses": [
    "The relay refuses this device ({detail}). The connection test says why.",
    "中继拒绝了本设备（{detail}）。连接测试可查明原因。",
  ],
  "notice.relay-only-silent": [
    "The relay does not answer, and this call is to go through it only. The connection test " +
      "says why.",
    "中继无响应，而本通话仅允许通过中继。连接测试可查明原因。",
  ],
  "notice.no-way": [
    "No way to {name} was found, neither directly nor through the relay. Trying again; the " +
      "connection test on both devices says why.",
    "找不到到 {name} 的路径：直连和中继均不通。正在重试；请在两台设备上运行连接测试查明原因。",
  ],
  "notice.test": ["Open the connection test", "打开连接测试"],

  "foot.private": [
    "Sound, picture and messages are encrypted from device to device; the relay carries " +
      "them without being able to read them.",
    "声音、画面和消息在设备之间端到端加密；中继只转发，无法读取。",
  ],
};
