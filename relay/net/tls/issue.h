// Makes keys and signs certificates, in memory. Null where OpenSSL fails; its queue says why.
#pragma once

#include <string>

#include "relay/net/tls/certificate.h"
#include "relay/net/tls/openssl.h"
#include "relay/net/tls/self_made.h"

namespace relay::net::tls {

/// On the curve P-256.
KeyPointer make_key();
/// Signs itself, and may sign certificates of servers.
X509Pointer issue_authority(EVP_PKEY& key, WallTime from, WallTime until);
X509Pointer issue_certificate(EVP_PKEY& key, X509& authority, EVP_PKEY& authority_key,
                              const Names& names, WallTime from, WallTime until);

std::string pem_of(X509& certificate);
std::string pem_of(EVP_PKEY& key);

}  // namespace relay::net::tls
