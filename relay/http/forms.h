// The JSON of what pages and programs get and send; relay/http/README.md has the forms.
#pragma once

#include <chrono>
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

std::string claims_form(const RoomToken& token);
/// Nothing: they are not those of a token that this server understands.
std::optional<RoomToken> read_claims(std::string_view header, std::string_view claims);

}  // namespace relay::http
