// The JSON of what pages and programs get and send; relay/http/README.md has the forms.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/http/room_token.h"

namespace relay::http {

/// What lets a client use the relay for a while.
struct IceGrant {
  std::vector<std::string> urls;
  std::string username, password;
  std::chrono::seconds lifetime{};
};

std::string turn_form(const IceGrant& grant);        // of /turn
std::string ice_form(const IceGrant& grant);         // of /api/ice
std::string ice_config_form(const IceGrant& grant);  // of /v1alpha/iceconfig
/// The array alone, as RTCPeerConnection takes it.
std::string ice_servers_form(const IceGrant& grant);
std::string error_form(std::string_view sentence);
/// Of /api/authority.
std::string authority_form(std::string_view name, std::string_view fingerprint);

/// Of /api/doctor; transports in the order udp, tcp, tls, dtls.
struct DoctorAnswer {
  struct Finding {
    std::string code;
    std::size_t transport = 0;
    std::uint64_t count = 0;
    std::chrono::seconds ago{};
    std::string detail;
    std::string peer;  // empty: none
  };
  struct Certificate {
    std::vector<std::string> names;
    auth::WallTime not_after;
    bool self_made = false, expired = false;
  };

  std::string client;
  std::chrono::seconds watched{};
  std::array<std::uint64_t, 4> arrived{}, allocated{};
  std::vector<Finding> findings = {};
  auth::WallTime server_time;
  std::vector<std::string> relays = {};
  bool relay_private = false;
  std::optional<Certificate> certificate = {};
};
std::string doctor_form(const DoctorAnswer& answer);

std::string claims_form(const RoomToken& token);
/// Nothing: they are not those of a token that this server understands.
std::optional<RoomToken> read_claims(std::string_view header, std::string_view claims);

}  // namespace relay::http
