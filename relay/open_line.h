// The OPEN line of the start-up screen: the address of the call page, and on a terminal as a QR
// code too, for the camera of a phone.
#pragma once

#include <cstdint>
#include <string>

#include "relay/net/tls/certificate.h"
#include "relay/plan.h"

namespace relay {

/// Where pages are served, with the real ports; 0: not.
struct PagePorts {
  std::uint16_t plain = 0;
  std::uint16_t tls = 0;
};

/// The call page as the best address of this host is called; empty where there are no pages.
/// `certificate` is null where TLS is not served.
std::string page_url(const Plan& plan, PagePorts ports, const net::tls::Certificate* certificate);
/// `OPEN   https://192.168.1.7:8098/   ...` with a newline, for a page_url() or a link to a room;
/// empty where there is none.
std::string open_line(const std::string& url, const net::tls::Certificate* certificate,
                      bool is_self_made, net::tls::WallTime now);
/// Lines of half blocks, dark on light whatever the terminal's colours; empty where the text is too
/// long.
std::string qr_code(const std::string& text);

}  // namespace relay
