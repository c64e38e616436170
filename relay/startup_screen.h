// What a person sees when the server serves: where it is, and a line to paste into a web page. One
// line each; the secret of time-limited credentials only when it was made up for this run.
#pragma once

#include <string>

#include "relay/certificates.h"
#include "relay/ice_urls.h"
#include "relay/plan.h"
#include "relay/self_test/credentials.h"
#include "relay/service.h"

namespace relay {

/// READY, OPEN and SECRET where there is one, and PASTE; each line ends with a newline. On a
/// terminal OPEN has a QR code below it.
std::string startup_screen(const Plan& plan, const Service& service,
                           const Certificates* certificates, bool is_terminal);
/// The CHECK line for what the self-test found.
std::string check_line(const std::string& findings);

/// A JSON array as RTCPeerConnection takes it for `iceServers`. Over TLS a server is called as
/// `certificate` has it, where there is one.
std::string ice_servers(const Plan& plan, Ports ports,
                        const net::tls::Certificate* certificate = nullptr);

}  // namespace relay
