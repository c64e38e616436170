// What an X.509 certificate says, for people: its names, how long it is good, whose word it is.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "relay/net/tls/openssl.h"

namespace relay::net::tls {

using WallTime = std::chrono::sys_seconds;

struct Certificate {
  std::vector<std::string> dns_names;
  std::vector<std::string> addresses;  // as text
  std::string common_name;             // of the subject
  WallTime not_before, not_after;
  bool self_signed = false;
  std::string issuer;  // the common name of who signed it
  /// Of the chain it came with: the first certificate, from 1, that the next one did not sign; 0:
  /// each is signed by the next.
  std::size_t gap_after = 0;
  std::string fingerprint;  // SHA-256, AB:CD:...

  /// All names, or the common name where there is none.
  std::string names() const;
  bool is_for_address(const std::string& address) const;
};

Certificate describe(X509& certificate);
/// The own certificate comes first; at least one.
Certificate describe(const std::vector<X509Pointer>& chain);
/// `2027-03-01`
std::string date_of(WallTime time);
/// A wall clock in whole seconds.
WallTime wall_clock();

}  // namespace relay::net::tls
