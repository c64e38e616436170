#include "stun/error_code.h"

namespace stun {

std::string_view reason_phrase(ErrorCode code) {
  switch (code) {
    case ErrorCode::try_alternate:
      return "Try Alternate";
    case ErrorCode::bad_request:
      return "Bad Request";
    case ErrorCode::unauthenticated:
      return "Unauthenticated";
    case ErrorCode::forbidden:
      return "Forbidden";
    case ErrorCode::mobility_forbidden:
      return "Mobility Forbidden";
    case ErrorCode::unknown_attribute:
      return "Unknown Attribute";
    case ErrorCode::allocation_mismatch:
      return "Allocation Mismatch";
    case ErrorCode::stale_nonce:
      return "Stale Nonce";
    case ErrorCode::address_family_not_supported:
      return "Address Family not Supported";
    case ErrorCode::wrong_credentials:
      return "Wrong Credentials";
    case ErrorCode::unsupported_transport_protocol:
      return "Unsupported Transport Protocol";
    case ErrorCode::peer_address_family_mismatch:
      return "Peer Address Family Mismatch";
    case ErrorCode::connection_already_exists:
      return "Connection Already Exists";
    case ErrorCode::connection_timeout_or_failure:
      return "Connection Timeout or Failure";
    case ErrorCode::allocation_quota_reached:
      return "Allocation Quota Reached";
    case ErrorCode::server_error:
      return "Server Error";
    case ErrorCode::insufficient_capacity:
      return "Insufficient Capacity";
  }
  return {};
}

}  // namespace stun
