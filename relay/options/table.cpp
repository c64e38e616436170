#include "relay/options/table.h"

#include <array>

namespace relay::options {

std::span<const Group> groups() {
  static const std::array groups = {
      Group{"Listening", listening_options},
      Group{"Relaying", relaying_options},
      Group{"Peers", peer_options},
      Group{"Users", user_options},
      Group{"Realms", realm_options},
      Group{"Limits", limit_options},
      Group{"Protocol", protocol_options},
      Group{"Logging", logging_options},
      Group{"Process", process_options},
      Group{"Configuration and help", command_options},
      Group{"TLS and DTLS", tls_options},
      Group{"Databases", database_options},
      Group{"Rooms and pages", signaling_options},
      Group{"Metrics", metrics_options},
      Group{"Administration", administration_options},
      Group{"Sending clients elsewhere", balancing_options},
      Group{"Removed from coturn, still in old files", removed_options},
  };
  return groups;
}

const Option* find_option(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

const Option* find_option(char letter) {
  if (letter == 0) return nullptr;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (option.letter == letter) return &option;
    }
  }
  return nullptr;
}

}  // namespace relay::options
