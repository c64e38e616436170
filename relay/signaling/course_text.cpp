#include "relay/signaling/course_text.h"

namespace relay::signaling {
namespace {

std::string about(std::string_view cmd, const Name& uid) {
  return std::string(R"({"cmd":")").append(cmd).append(R"(","remoteUid":)").append(uid.json()) +
         "}";
}

}  // namespace

std::string new_peer(const Name& uid) { return about("new-peer", uid); }
std::string resp_join(const Name& uid) { return about("resp-join", uid); }
std::string peer_leave(const Name& uid) { return about("peer-leave", uid); }
std::string pong() { return R"({"cmd":"pong"})"; }

std::string full(const Name& room, const Name& uid) {
  return R"({"cmd":"full","roomId":)" + room.json() + R"(,"uid":)" + uid.json() + "}";
}

std::string error(Refusal refusal, std::string_view ref) {
  return std::string(R"({"cmd":"error","code":")")
      .append(text_of(refusal))
      .append(R"(","ref":")")
      .append(ref)
      .append("\"}");
}

}  // namespace relay::signaling
