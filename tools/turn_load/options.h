// What the operator asked of turn_load, checked: the outcome of the command line.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stun/address.h"

namespace turn_load {

enum class Transport : std::uint8_t { udp, tcp, tls };
std::string_view to_string(Transport transport);

/// Bounds, so that a mistyped number harms nobody.
inline constexpr std::uint32_t max_calls = 100'000;
inline constexpr std::uint32_t max_threads = 64;
inline constexpr std::uint32_t max_peers = 4096;
inline constexpr double max_rate = 100e6;
inline constexpr std::chrono::seconds max_seconds{3600};

struct Options {
  std::string server;      // a name or an address
  std::uint16_t port = 0;  // 0: 3478, or 5349 for TLS
  std::string user;
  std::string password;
  Transport transport = Transport::udp;
  bool insecure = false;
  std::string ca_file;  // empty: the system's

  std::string profile = "audio";
  std::vector<std::uint32_t> calls;  // a step each
  double rate = 0;                   // packets per second in all; 0: as the profile says
  std::chrono::seconds seconds{10};  // a step

  bool find_capacity = false;
  double max_loss = 0.001;
  std::chrono::microseconds max_p99{std::chrono::milliseconds(50)};

  std::vector<stun::IpAddress> bind_ips;  // of the clients; empty: as routed
  std::vector<stun::IpAddress> peer_ip;   // none or one
  std::uint32_t peers = 64;               // peer sockets that the calls share
  std::uint32_t threads = 0;              // 0: half of the CPUs, at most 4
  bool i_own_this_server = false;

  std::vector<pid_t> server_pids;
  bool json = false;
  std::string report;  // a path; empty: none
  bool help = false;
  bool version = false;
};

/// `arguments` without the program's name. The error is a sentence.
std::expected<Options, std::string> parse_options(std::span<const std::string_view> arguments);

std::string help_text();

}  // namespace turn_load
