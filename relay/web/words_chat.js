// What the chat page says: {key: [English, Chinese]}.

export const words = {
  "chat.title": ["Chat", "聊天"],
  "chat.lead": [
    "Everybody who has this page open reads along. Nothing is kept.",
    "所有打开此页面的人都能看到。内容不会保存。",
  ],
  "chat.messages": ["Messages", "消息"],
  "chat.write": ["Write a message", "输入消息"],
  "chat.open": ["Connected", "已连接"],
  "chat.connecting": ["Connecting…", "正在连接…"],
  "chat.waiting": ["No connection to the server. Trying again…", "与服务器的连接中断，正在重试…"],
  "chat.enter": ["{user} came", "{user} 进来啦"],
  "chat.leave": ["{user} left", "{user} 离开了"],
  "chat.too-long": ["Too long: 2 kB at most.", "消息过长：最多 2 kB。"],
};
