// A request as those see it who answer it: its head, its content, and how it came.
#pragma once

#include <string_view>

#include "relay/http/request_head.h"
#include "relay/net/tcp_listener.h"
#include "stun/address.h"

namespace relay::http {

/// Views that hold for the call; whoever answers later keeps copies.
struct Request {
  const RequestHead& head;
  std::string_view content = {};
  /// Who asks; where a trusted proxy passed it on, whom that names.
  stun::IpAddress client;
  net::Entrance entrance = net::Entrance::clients;
  /// It came over TLS, to here or to a trusted proxy.
  bool secure = false;
};

}  // namespace relay::http
