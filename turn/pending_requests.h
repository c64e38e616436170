// Requests that wait for a user lookup: copies, in places that are made once and used again, so
// that a stranger's request costs no allocation of its own. Bounded by max_pending_lookups.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "turn/limits.h"
#include "turn/types.h"

namespace turn {

class PendingRequests {
 public:
  struct Request {
    FiveTuple client;
    std::array<std::byte, max_control_message> message;
    std::size_t size = 0;
    std::string username, realm;
    std::uint32_t ticket = 0;  // 0: this place is free

    Bytes bytes() const { return std::span(message).first(size); }
  };

  /// Keeps a copy; nothing when every place is taken or the same message waits already.
  std::optional<std::uint32_t> add(const FiveTuple& client, Bytes message,
                                   std::string_view username, std::string_view realm);
  /// The request of that ticket, or null. It stays until release().
  Request* find(std::uint32_t ticket);
  /// Its place is free; its bytes stay until the next add().
  void release(Request& request) { request.ticket = 0; }
  /// Releases what `client` waits for.
  void forget(const FiveTuple& client);

 private:
  std::vector<std::unique_ptr<Request>> places_;
  std::uint32_t last_ticket_ = 0;
};

}  // namespace turn
