// What all pages say: {key: [English, Chinese]}.

export const words = {
  "nav.call": ["Call", "通话"],
  "nav.test": ["Connection test", "连接测试"],
  "nav.chat": ["Chat", "聊天"],
  "nav.trust": ["How to trust this server's certificate", "如何信任此服务器的证书"],
  "nav.label": ["Pages", "页面"],
  "nav.language": ["中文", "English"],
  "nav.language.label": ["切换到中文 (Chinese)", "Switch to English (英文)"],
  "common.close": ["Close", "关闭"],
  "common.copy": ["Copy", "复制"],
  "common.copied": ["Copied", "已复制"],
  "common.send": ["Send", "发送"],
  "common.you": ["You", "你"],
};
