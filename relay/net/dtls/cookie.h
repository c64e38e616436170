// Stateless cookies (RFC 6347 4.2.1): a client shows that it receives what is sent to its address
// before anything is remembered of it. A cookie is a signature of both addresses and the hello, by
// a secret that changes; none is stored. One worker owns the cookies that it makes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "relay/net/dtls/client_hello.h"
#include "stun/integrity.h"
#include "turn/types.h"

namespace relay::net::dtls {

using Cookie = std::array<std::byte, 16>;

class Cookies {
 public:
  /// A secret is signed with for so long, and its cookies are good for as long again.
  static constexpr std::chrono::seconds secret_life{30};

  explicit Cookies(turn::Random& random);

  Cookie make(const turn::FiveTuple& client, const ClientHello& hello) const;
  /// The hello has the cookie that this client was given for it.
  bool verify(const turn::FiveTuple& client, const ClientHello& hello) const;
  /// Call every second or so.
  void rotate(turn::Time now);

 private:
  stun::HmacSha256 make_secret();

  turn::Random& random_;
  stun::HmacSha256 current_, previous_;
  turn::Time rotate_at_{};
};

/// HelloVerifyRequest in a record: shorter than any ClientHello.
using HelloVerifyRequest = std::array<std::byte, 44>;
HelloVerifyRequest hello_verify_request(const ClientHello& hello, const Cookie& cookie);

}  // namespace relay::net::dtls
