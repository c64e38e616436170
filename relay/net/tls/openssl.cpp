#include "relay/net/tls/openssl.h"

#include <openssl/err.h>

namespace relay::net::tls {

std::string take_errors(const std::string& otherwise) {
  std::string text;
  while (const unsigned long error = ERR_get_error()) {
    const char* const reason = ERR_reason_error_string(error);
    if (reason == nullptr) continue;
    if (!text.empty()) text += ", ";
    text += reason;
  }
  return text.empty() ? otherwise : text;
}

}  // namespace relay::net::tls
