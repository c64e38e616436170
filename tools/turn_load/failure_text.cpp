#include "tools/turn_load/failure_text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "turn/peer_policy.h"

namespace turn_load {
namespace {

using stun::ErrorCode;
using stun::Method;

std::string_view to_string(Method method) {
  if (method == Method::allocate) return "Allocate";
  return method == Method::channel_bind ? "ChannelBind" : "Refresh";
}

std::string refused_peer(const Circumstances& at) {
  const auto loopback = turn::AddressRange::parse(at.peer.is_v4() ? "127.0.0.0/8" : "::1");
  return fmt::format(
      "the server does not let its users reach the peer {} (403). Allow it there with {}, or give "
      "the peers another address of this host with --peer-ip",
      at.peer.to_string(),
      loopback && loopback->contains(at.peer) ? "--allow-loopback-peers"
                                              : "--allowed-peer-ip=" + at.peer.to_string());
}

std::string describe_code(const Refusal& refusal, const Circumstances& at) {
  switch (refusal.code) {
    case ErrorCode::try_alternate:
      return fmt::format("the server sends its clients elsewhere (300): load {} itself",
                         refusal.alternate ? refusal.alternate->to_string() : "that one");
    case ErrorCode::unauthenticated:
      return fmt::format("the server does not accept user \"{}\" with this password (401)",
                         at.user);
    case ErrorCode::wrong_credentials:
      return fmt::format("the allocation belongs to another user than \"{}\" (441)", at.user);
    case ErrorCode::forbidden:
      if (refusal.method == Method::channel_bind) return refused_peer(at);
      return "the server forbids the allocation (403): it may be draining before a restart";
    case ErrorCode::allocation_quota_reached:
      return "the server's quota is reached (486): raise its --user-quota or --total-quota";
    case ErrorCode::insufficient_capacity:
      return "the server has no relay port or no capacity left (508): widen its --min-port and "
             "--max-port, or raise its limits";
    case ErrorCode::address_family_not_supported:
    case ErrorCode::peer_address_family_mismatch:
      return fmt::format("the server does not relay to {} peers ({}): choose another --peer-ip",
                         at.peer.is_v4() ? "IPv4" : "IPv6", static_cast<int>(refusal.code));
    default:
      return fmt::format("the server answers {} with {} {}", to_string(refusal.method),
                         static_cast<int>(refusal.code),
                         refusal.reason.empty() ? stun::reason_phrase(refusal.code)
                                                : std::string_view(refusal.reason));
  }
}

}  // namespace

std::string describe(const Refusal& refusal, const Circumstances& at) {
  switch (refusal.kind) {
    case Refusal::Kind::no_answer:
      return fmt::format(
          "{} does not answer {} over {}: is the address right, and does a firewall let it "
          "through?",
          at.server.to_string(), to_string(refusal.method), to_string(at.transport));
    case Refusal::Kind::bad_response:
      return fmt::format("{} answers {} with a response that lacks what it must have",
                         at.server.to_string(), to_string(refusal.method));
    case Refusal::Kind::error_response:
      return describe_code(refusal, at);
  }
  return {};
}

std::string describe_errno(int error, const Circumstances& at) {
  if (error == ECONNREFUSED) {
    return fmt::format("nothing listens at {} over {}", at.server.to_string(),
                       to_string(at.transport));
  }
  if (error == ECONNRESET || error == EPIPE) {
    return fmt::format("{} closed the connection", at.server.to_string());
  }
  if (error == EADDRNOTAVAIL || error == EADDRINUSE) {
    return "this host has no free port left for another client: give --bind-ip several addresses";
  }
  if (error == EMFILE || error == ENFILE) {
    return "this process may not open more sockets: raise the limit with ulimit -n";
  }
  return fmt::format("{} cannot be reached over {}: {}", at.server.to_string(),
                     to_string(at.transport), std::strerror(error));
}

}  // namespace turn_load
