// Certificates and keys in files of PEM form. The errors are sentences that begin with the file.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "relay/net/tls/openssl.h"

namespace relay::net::tls {

/// All certificates of the file, in its order; at least one.
std::expected<std::vector<X509Pointer>, std::string> read_certificates(const std::string& file);
/// `passphrase` is asked for only where the key is encrypted.
std::expected<KeyPointer, std::string> read_key(const std::string& file,
                                                const std::string& passphrase);

}  // namespace relay::net::tls
