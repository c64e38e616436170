// What pages and programs ask of the running server over HTTP: credentials to relay with, what
// became of their own messages, and the authority that they are to trust. One for all workers;
// called from their threads.
#pragma once

#include <optional>

#include "relay/http/ice_servers.h"
#include "relay/http/visitors.h"
#include "relay/net/tls/context.h"
#include "relay/plan.h"
#include "relay/watch.h"

namespace relay {

struct ListeningAt;

class PageAnswers {
 public:
  /// Everything outlives it; `tls` is null where it is not served.
  PageAnswers(const Plan& plan, const ListeningAt& at, const net::tls::SharedContext* tls,
              Watch& watch);

  /// Nothing: it is for somebody else to answer.
  std::optional<http::Response> answer(const http::Request& request);

 private:
  std::optional<http::Response> authority(const http::Request& request) const;
  http::Response doctor(const http::Request& request);

  const Plan& plan_;
  const net::tls::SharedContext* const tls_;
  Watch& watch_;
  http::Visitors visitors_;  // may have credentials as often as they may join rooms
  http::IceServers ice_servers_;
};

}  // namespace relay
