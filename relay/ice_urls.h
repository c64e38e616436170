// Under which URLs clients find this server (RFC 7065): for the start-up screen, and for pages that
// ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relay/net/tls/certificate.h"
#include "relay/plan.h"

namespace relay {

struct ListeningAt;

/// Of a started server: the ports that it really has.
struct Ports {
  std::uint16_t udp = 0;  // 0: not served
  std::uint16_t tcp = 0;
  std::uint16_t tls = 0;
  std::uint16_t dtls = 0;
};
Ports ports_of(const ListeningAt& at);

/// What a client that checks the certificate calls a server of that address: the address, where the
/// certificate has it, else its first name that is no wildcard.
std::string host_for_tls(const stun::IpAddress& address, const net::tls::Certificate& certificate);

/// An IPv6 address stands in brackets in a URL.
std::string in_url(const std::string& host);

/// Whether that is a name of this server: of its certificate (null: none), its host, its realm, its
/// `--server-name`, or of the pages that `--ws-origin` welcomes.
bool is_own_name(std::string_view name, const Plan& plan, const net::tls::Certificate* certificate);

/// The best first. `host` is how a client calls this server; what is none of its names or addresses
/// counts for nothing, nor does loopback where clients are told of another address. `certificate`
/// is null where there is none.
std::vector<std::string> ice_urls(const Plan& plan, Ports ports,
                                  const net::tls::Certificate* certificate,
                                  std::string_view host = {});

}  // namespace relay
