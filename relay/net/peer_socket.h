// TCP connections that a relayed transport address makes to peers (RFC 6062 5.2): they leave from
// the very address and port that the relay listens on.
#pragma once

#include <expected>
#include <string>
#include <system_error>

#include "relay/net/file_descriptor.h"
#include "stun/address.h"

namespace relay::net {

/// A socket that is on its way to `peer`: writable once that is decided.
std::expected<FileDescriptor, std::error_code> begin_connect(const stun::TransportAddress& local,
                                                             const stun::TransportAddress& peer,
                                                             const std::string& device);

/// What became of it.
bool has_connected(int fd);

}  // namespace relay::net
