// What the page on trusting the server says: {key: [English, Chinese]}.

export const words = {
  "trust.title": ["Trust this server", "信任此服务器"],
  "trust.why": [
    "This server signs its own certificate, so browsers warn of it, iPhones refuse parts of the " +
      "call, and no browser relays over TLS. Install its authority once per device, and all of " +
      "that ends.",
    "本服务器使用自签名证书，因此浏览器会警告，iPhone 会拒绝部分通话功能，所有浏览器都不会经 TLS 中继。" +
      "在每台设备上安装一次它的根证书即可解决。",
  ],
  "trust.none": [
    "This server's certificate is signed by somebody else: there is nothing to install. If the " +
      "browser warns of it, tell whoever runs the server (--cert, --pkey).",
    "本服务器的证书由其他机构签发，无需安装。若浏览器仍有警告，请告知服务器管理员（--cert、--pkey）。",
  ],
  "trust.unknown": [
    "The server does not answer. Load this page again.", "服务器没有应答，请重新加载此页面。",
  ],
  "trust.get": ["The authority's certificate", "根证书"],
  "trust.download": ["Download ca.crt", "下载 ca.crt"],
  "trust.named": ["It is called “{name}”.", "名称为“{name}”。"],
  "trust.compare": [
    "Compare its SHA-256 fingerprint with what the server's terminal shows behind CHECK, and " +
      "with what your device shows before it installs. Where they differ, do not install it.",
    "请将 SHA-256 指纹与服务器终端 CHECK 行及设备安装前显示的相比较，不一致时请勿安装。",
  ],
  "trust.warning": [
    "Whoever has this server's files could make this device trust a false page: install only " +
      "what belongs to you or to somebody you trust, and remove it when it is no longer needed.",
    "掌握该服务器文件的人能让此设备信任伪造的网页：只安装你自己或你信任的人的证书，不再需要时请删除。",
  ],
  "trust.steps": ["Then, on your device", "然后在设备上"],
  "trust.restart": ["Close the browser and open it again.", "关闭浏览器后重新打开。"],

  "trust.windows": ["Windows (Chrome, Edge)", "Windows（Chrome、Edge）"],
  "trust.windows.open": [
    "Open ca.crt, press Open, then Install Certificate….", "打开 ca.crt，点击“打开”，再点击“安装证书…”。",
  ],
  "trust.windows.store": [
    "Choose Current User, then “Place all certificates in the following store”.",
    "选择“当前用户”，再选择“将所有的证书都放入下列存储”。",
  ],
  "trust.windows.place": [
    "Browse…, choose Trusted Root Certification Authorities, Finish, and answer Yes.",
    "点击“浏览…”，选择“受信任的根证书颁发机构”，完成，并在提示中选“是”。",
  ],

  "trust.mac": ["macOS (Safari, Chrome, Edge)", "macOS（Safari、Chrome、Edge）"],
  "trust.mac.open": [
    "Open ca.crt: Keychain Access takes it into the login keychain.",
    "打开 ca.crt：“钥匙串访问”会将其加入“登录”钥匙串。",
  ],
  "trust.mac.trust": [
    "Find it there, open it, unfold Trust, and choose Always Trust.",
    "在其中找到该证书，双击打开，展开“信任”，选择“始终信任”。",
  ],
  "trust.mac.password": [
    "Close the window and give your password.", "关闭窗口并输入密码。",
  ],

  "trust.iphone": ["iPhone and iPad", "iPhone 和 iPad"],
  "trust.iphone.safari": [
    "Open this page in Safari, download ca.crt, and allow it.",
    "用 Safari 打开此页面，下载 ca.crt，并选择“允许”。",
  ],
  "trust.iphone.install": [
    "Settings › General › VPN & Device Management: open the downloaded profile and install it.",
    "设置 › 通用 › VPN 与设备管理：打开已下载的描述文件并安装。",
  ],
  "trust.iphone.trust": [
    "Settings › General › About › Certificate Trust Settings: switch it on. Without this step " +
      "nothing changes.",
    "设置 › 通用 › 关于本机 › 证书信任设置：打开开关。缺少这一步则不会生效。",
  ],
  "trust.iphone.reload": ["Load the call page again.", "重新加载通话页面。"],

  "trust.android": ["Android (Chrome)", "Android（Chrome）"],
  "trust.android.find": [
    "Search the Settings for “CA certificate” (under Security, Encryption & credentials, Install " +
      "a certificate).",
    "在“设置”中搜索“CA 证书”（安全 › 加密与凭据 › 安装证书）。",
  ],
  "trust.android.install": [
    "Choose CA certificate, Install anyway, and the downloaded ca.crt.",
    "选择“CA 证书”，点击“仍然安装”，选择下载的 ca.crt。",
  ],
  "trust.android.after": [
    "Open the call page again. Android tells from now on that the network may be monitored: it " +
      "says so of every authority that was installed by hand.",
    "重新打开通话页面。此后 Android 会提示网络可能受到监控：凡手动安装的根证书都会有此提示。",
  ],

  "trust.firefox": ["Firefox on a computer", "电脑上的 Firefox"],
  "trust.firefox.open": [
    "Settings › Privacy & Security › Certificates › View Certificates… › Authorities.",
    "设置 › 隐私与安全 › 证书 › 查看证书… › 证书颁发机构。",
  ],
  "trust.firefox.import": ["Import… the downloaded ca.crt.", "点击“导入…”，选择下载的 ca.crt。"],
  "trust.firefox.tick": [
    "Tick “Trust this CA to identify websites”; View shows its fingerprint.",
    "勾选“信任由此证书颁发机构来标识网站”；点击“查看”可看到指纹。",
  ],

  "trust.linux": ["Chrome and Chromium on Linux", "Linux 上的 Chrome 和 Chromium"],
  "trust.linux.open": [
    "Open chrome://settings/certificates, and there Authorities, or Custom › Installed by you.",
    "打开 chrome://settings/certificates，进入“授权机构”（或“自定义 › 由您安装”）。",
  ],
  "trust.linux.import": [
    "Import ca.crt, and trust it for identifying websites.", "导入 ca.crt，并勾选用于标识网站。",
  ],
  "trust.linux.terminal": [
    "Or in a terminal (certutil is in libnss3-tools on Debian and Ubuntu):",
    "或在终端中执行（Debian、Ubuntu 的 certutil 在 libnss3-tools 包中）：",
  ],
};
