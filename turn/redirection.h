// Sending clients to another server (RFC 8489 10, RFC 8656 7.2-10.12): which one, taking turns
// among those of the client's transport and address family. One server owns it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turn/types.h"

namespace turn {

struct AlternateServer {
  TransportAddress address;
  std::string domain;  // the name in its certificate; empty: not told
};

/// What an operator may set about it.
struct Alternates {
  /// Empty: clients of that transport stay.
  std::vector<AlternateServer> udp, tcp, tls;
  /// Our own listeners from where nobody is sent on; a wildcard stands for its family.
  std::vector<TransportAddress> auxiliary;
  /// A server that knows no users sends everybody on; the next one asks who they are.
  bool before_authentication = false;

  const std::vector<AlternateServer>& of(Transport transport) const {
    return transport == Transport::udp ? udp : transport == Transport::tcp ? tcp : tls;
  }
};

/// Where a client is sent. The views are of the configuration.
struct Alternate {
  TransportAddress address;               // of the client's own family
  std::optional<TransportAddress> other;  // of the other one
  std::string_view domain;
};

class Redirection {
 public:
  /// `config` outlives this. Servers do not all begin with the same alternate.
  Redirection(const Alternates& config, Random& random);

  /// Nothing: the client stays. So it does where we are among the alternates ourselves, by the
  /// client's or the world's name: `advertised`.
  std::optional<Alternate> next(const FiveTuple& client, const TransportAddress& advertised);

 private:
  const AlternateServer* next_of(const std::vector<AlternateServer>& servers, Family family);
  bool is_auxiliary(const TransportAddress& server) const;

  const Alternates& config_;
  std::array<std::size_t, 2> turn_{};  // by family
};

}  // namespace turn
