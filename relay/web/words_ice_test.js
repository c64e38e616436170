// What the connection test says: {key: [English, Chinese]}.

export const words = {
  "test.title": ["Connection test", "连接测试"],
  "test.lead": [
    "Does the relay work for this browser? Each way to it is tried, and bytes are sent around.",
    "中继对本浏览器是否可用？逐一尝试每条路径，并让数据真正往返一次。",
  ],
  "test.urls": ["Servers, one a line", "服务器，每行一个"],
  "test.urls.hint": ["turn:example.org:3478?transport=udp", "turn:example.org:3478?transport=udp"],
  "test.username": ["User name", "用户名"],
  "test.password": ["Password", "密码"],
  "test.start": ["Test", "开始测试"],
  "test.again": ["Test again", "重新测试"],
  "test.own": ["Fill in this server", "填入本服务器"],
  "test.running": ["Testing…", "正在测试…"],
  "test.running.hint": ["A server that is silent is waited for, ten seconds.", "无响应的服务器最多等待十秒。"],
  "test.idle": ["Ready", "就绪"],
  "test.idle.hint": [
    "Enter a server and its credentials, then press Test.",
    "填写服务器和凭据，然后点击“开始测试”。",
  ],
  "test.wrong-name": [
    "The server does not know the name that this page was opened under, and gives no " +
      "credentials to it. Open it by its address, or tell whoever runs it (--ws-origin).",
    "服务器不认识打开本页所用的域名，因此不提供凭据。请用服务器地址打开，或告知管理员（--ws-origin）。",
  ],
  "test.refused": [
    "This server gives credentials only to those who have a link with a pass. Ask whoever " +
      "runs it, or enter a user and password.",
    "本服务器只向持有通行证链接的人提供凭据。请向管理员索取链接，或自行填写用户名和密码。",
  ],
  "test.insecure": [
    "This page came over http, so calls from it have no camera and no microphone. The test " +
      "itself is not affected; open the page over https for calls.",
    "此页面通过 http 打开，因此通话无法使用摄像头和麦克风。测试本身不受影响；通话请改用 https。",
  ],
  "test.results": ["Each way", "各条路径"],
  "test.candidates": ["Candidates of this browser", "本浏览器的候选地址"],
  "test.server-saw": ["What the server saw of you", "服务器看到的情况"],

  "column.time": ["Time", "时间"],
  "column.type": ["Type", "类型"],
  "column.address": ["Address", "地址"],
  "column.protocol": ["Over", "协议"],
  "column.priority": ["Priority", "优先级"],
  "column.none": ["None came.", "没有收到。"],

  "one.running": ["testing…", "测试中…"],
  "one.good": ["works, round trip {ms} ms", "可用，往返 {ms} 毫秒"],
  "one.stun": ["answers", "有应答"],
  "one.no-stun": ["does not tell an address", "未返回地址"],
  "one.bad-url": ["is no address of a server", "不是有效的服务器地址"],
  "one.private-relay": ["relays on a private address", "中继地址是内网地址"],
  "one.no-echo": ["relays, but nothing comes around", "已分配中继，但数据无法往返"],
  "one.wrong-credential": ["user or password is wrong", "用户名或密码错误"],
  "one.expired": ["the credential has expired", "凭据已过期"],
  "one.forbidden": ["refused: {code} {text}", "被拒绝：{code} {text}"],
  "one.refused": ["refused: {code} {text}", "被拒绝：{code} {text}"],
  "one.quota": ["refused: too many at once", "被拒绝：同时使用数超限"],
  "one.no-capacity": ["refused: no room left", "被拒绝：容量不足"],
  "one.forbidden-port": ["browsers do not use port {port}", "浏览器不使用端口 {port}"],
  "one.needs-name": ["not asked: needs a host name", "未尝试：需要域名"],
  "one.silent": ["no answer", "无应答"],

  "all.good": [
    "All is well: calls can go through this relay over {ways}.",
    "一切正常：通话可以通过此中继，方式：{ways}。",
  ],

  "do.good": ["Nothing to do.", "无需处理。"],

  "all.expired": ["The credential expired at {expiry}.", "凭据已于 {expiry} 过期。"],

  "do.expired": [
    "Get a new one: load this page again, or ask whoever gave it. If it is new, the " +
      "server's clock or the one that made it is wrong.",
    "请获取新凭据：刷新本页或联系提供者。若凭据是新的，则服务器或签发者的时钟有误。",
  ],

  "all.wrong-credential": ["The relay answers, but user or password is wrong.", "中继有应答，但用户名或密码错误。"],

  "do.wrong-credential": [
    "Compare both with the server's -u name:password (or its secret) and the realm; mind " +
      "spaces at the ends.",
    "请核对服务器的 -u 用户名:密码（或共享密钥）及 realm，注意首尾空格。",
  ],

  "all.quota": ["The relay has too many calls of this user.", "该用户在中继上的通话过多。"],

  "do.quota": [
    "Wait until others end, or raise --user-quota or --total-quota.",
    "等待其他通话结束，或提高 --user-quota 或 --total-quota。",
  ],

  "all.no-capacity": ["The relay has no room left: {code} {text}.", "中继容量不足：{code} {text}。"],

  "do.no-capacity": [
    "Widen --min-port to --max-port or raise the limits of the server.",
    "扩大 --min-port 到 --max-port 的范围，或提高服务器限制。",
  ],

  "all.forbidden": [
    "The relay does not serve this address: {code} {text}.",
    "中继不为此地址服务：{code} {text}。",
  ],

  "do.forbidden": ["Look at the server's rules on who may come and at its log.", "请检查服务器的访问规则和日志。"],

  "all.refused": ["The relay refuses: {code} {text}.", "中继拒绝：{code} {text}。"],

  "do.refused": ["The server's log at -v says why.", "以 -v 运行服务器，日志会说明原因。"],

  "all.private-relay": [
    "The relay gives out {address}, an address of its own private network; others do not " +
      "reach it.",
    "中继给出的地址 {address} 属于其内网，外部无法到达。",
  ],

  "do.private-relay": [
    "Start the server with --external-ip=PUBLIC (or PUBLIC/PRIVATE), and forward its relay " +
      "ports.",
    "启动服务器时加上 --external-ip=公网地址（或 公网/内网），并转发中继端口。",
  ],

  "all.no-echo": [
    "The relay makes allocations, but nothing comes around through it.",
    "中继可以分配，但数据无法通过它往返。",
  ],

  "do.no-echo": [
    "Look whether the server may send to its own relay addresses: --denied-peer-ip, a " +
      "firewall on it, or a wrong --external-ip.",
    "请检查服务器能否向自己的中继地址发送：--denied-peer-ip、防火墙，或错误的 --external-ip。",
  ],

  "all.silent": ["{hosts} does not answer at all.", "{hosts} 完全没有应答。"],

  "do.silent": [
    "Is the server running, is the address right, and do the firewall and the cloud's " +
      "security group let UDP and TCP 3478 in (5349 for TLS)?",
    "服务器是否在运行？地址是否正确？防火墙和云安全组是否放行 UDP 与 TCP 3478（TLS 为 5349）？",
  ],

  "all.one-way": [
    "The server hears this browser, but its answers do not come back.",
    "服务器收到了本浏览器的请求，但应答没有返回。",
  ],

  "do.one-way": [
    "Something on the way drops what the server sends: look at its outgoing firewall rules " +
      "and routes.",
    "途中有设备丢弃了服务器的应答：请检查服务器的出站防火墙规则和路由。",
  ],

  "all.closed-range": [
    "The relay works, but its relay ports are closed from outside: calls with one direct " +
      "side fail.",
    "中继可用，但中继端口对外关闭：只有一方使用中继的通话会失败。",
  ],

  "do.closed-range": [
    "Open UDP 49152-65535 (or --min-port to --max-port) to the server in the firewall and " +
      "the cloud's security group.",
    "在防火墙和云安全组中放行到服务器的 UDP 49152-65535（或 --min-port 至 --max-port）。",
  ],

  "all.no-udp": [
    "UDP to the relay does not get through, only {ways}: calls work, with more delay.",
    "到中继的 UDP 不通，{ways} 可用：可以通话，但时延较大。",
  ],

  "do.no-udp": [
    "Open UDP {port} to the server. If other devices get through, this network blocks UDP.",
    "请放行到服务器的 UDP {port}。若其他设备正常，则是本网络封锁了 UDP。",
  ],

  "all.no-tcp": [
    "TCP to the relay does not get through, only {ways}: calls work, but not in networks " +
      "without UDP.",
    "到中继的 TCP 不通，{ways} 可用：可以通话，但在封锁 UDP 的网络中不行。",
  ],

  "do.no-tcp": ["Open TCP {port} to the server.", "请放行到服务器的 TCP {port}。"],

  "all.no-tls": [
    "TLS to the relay does not work, only {ways}: calls work, but not in networks that let " +
      "only TLS out.",
    "到中继的 TLS 不可用，{ways} 可用：可以通话，但在只放行 TLS 的网络中不行。",
  ],

  "do.no-tls": [
    "Is TCP {port} open, and does the browser trust the certificate for exactly this name " +
      "(--cert, --pkey)?",
    "TCP {port} 是否放行？浏览器是否信任该名称的证书（--cert、--pkey）？",
  ],

  "all.needs-name": [
    "This browser does not ask {url}: over TLS it wants a host name, not an address.",
    "本浏览器不会尝试 {url}：使用 TLS 时它要求域名，而不是 IP 地址。",
  ],

  "do.needs-name": [
    "Firefox is like that. Open this page by a name of the server, one that its certificate " +
      "has. Other browsers take the address.",
    "Firefox 就是如此。请用服务器证书中的域名打开本页。其他浏览器可以使用 IP 地址。",
  ],

  "all.self-made": [
    "TLS to the relay does not work, because this device does not know the server's " +
      "self-made certificate; what remains is {ways}.",
    "到中继的 TLS 不可用，因为本设备不信任服务器的自签名证书；{ways} 可用。",
  ],

  "do.self-made": [
    "Install the server's authority on this device, or give the server a " +
      "certificate that browsers know (--cert, --pkey).",
    "在本设备上安装服务器的根证书，或为服务器配置受信任的证书（--cert、--pkey）。",
  ],

  "all.no-relay": ["There is no turn: server to test.", "没有可测试的 turn: 服务器。"],

  "do.no-relay": [
    "Enter one, such as turn:example.org:3478?transport=udp.",
    "请填写，例如 turn:example.org:3478?transport=udp。",
  ],

  "all.bad-url": ["{url} is no address of a server.", "{url} 不是有效的服务器地址。"],

  "do.bad-url": [
    "It reads turn:HOST:PORT?transport=udp, with tcp instead, or turns: for TLS.",
    "格式为 turn:主机:端口?transport=udp（或 tcp），TLS 用 turns:。",
  ],

  "all.forbidden-port": ["Browsers do not speak TURN to port {port}.", "浏览器不会向端口 {port} 使用 TURN。"],

  "do.forbidden-port": ["Use 53, 80, 443 or a port from 1024 on.", "请使用 53、80、443 或 1024 以上的端口。"],

  "doctor.client": ["You come from {client}.", "你的地址是 {client}。"],
  "doctor.arrived": [
    "Messages of yours it answered: UDP {udp}, TCP {tcp}, TLS {tls}.",
    "已应答你的消息：UDP {udp}，TCP {tcp}，TLS {tls}。",
  ],
  "doctor.allocated": [
    "Relays it gave you: UDP {udp}, TCP {tcp}, TLS {tls}.",
    "已为你分配中继：UDP {udp}，TCP {tcp}，TLS {tls}。",
  ],
  "doctor.relays": ["It relays on {relays}.", "中继地址：{relays}。"],
  "doctor.wrong-credential": [
    "A credential was wrong ({transport}, {count}×): {detail}",
    "凭据错误（{transport}，{count} 次）：{detail}",
  ],
  "doctor.expired-credential": [
    "A credential had expired ({transport}, {count}×): {detail}",
    "凭据已过期（{transport}，{count} 次）：{detail}",
  ],
  "doctor.peer-refused": ["It did not relay to {peer}: {detail}", "未转发到 {peer}：{detail}"],
  "doctor.private-peer": [
    "It did not relay to {peer}, an address inside a private network ({detail}). On the " +
      "Internet that is as it should be: calls take another way.",
    "未转发到内网地址 {peer}（{detail}）。公网中继理应如此，通话会走其他路径。",
  ],
  "doctor.quota": [
    "A quota was reached ({transport}, {count}×): {detail}",
    "达到配额（{transport}，{count} 次）：{detail}",
  ],
  "doctor.no-capacity": [
    "There was no room left ({transport}, {count}×): {detail}",
    "容量不足（{transport}，{count} 次）：{detail}",
  ],
  "doctor.tls-failed": [
    "TLS did not come about ({count}×): {detail}",
    "TLS 握手失败（{count} 次）：{detail}",
  ],
  "doctor.other": [
    "{code} ({transport}, {count}×): {detail}",
    "{code}（{transport}，{count} 次）：{detail}",
  ],
};
