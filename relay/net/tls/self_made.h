// A certificate for servers that were given none: signed by an authority of our own, both kept in a
// folder, so that whoever trusts the authority once trusts every later certificate.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "relay/net/tls/certificate.h"

namespace relay::net::tls {

struct SelfMade {
  std::string certificate_file;
  std::string key_file;
  std::string authority_file;  // what clients are to trust
};

struct Names {
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
};

/// Makes the folder, the authority and the certificate where they are missing, and a new
/// certificate when the names are others, the old one nears its end or does not belong to the
/// authority. Private keys are readable by their owner alone. Several processes may call it at
/// once. The error is a sentence.
std::expected<SelfMade, std::string> keep_self_made(const std::string& folder, const Names& names,
                                                    WallTime now);

}  // namespace relay::net::tls
