// What every media packet says about itself in its first bytes: whose it is, its place in its
// direction and when it left. The receiver needs no address and no table to judge it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "stun/byte_order.h"

namespace turn_load {

using stun::Bytes;
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

/// Seen from the client: up goes through the relay to the peer.
enum class Direction : std::uint8_t { up, down };
inline constexpr std::size_t directions = 2;
constexpr std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

struct Stamp {
  std::uint32_t call = 0;  // within its loop
  std::uint16_t step = 0;
  Direction direction{};
  std::uint32_t sequence = 0;
  Time sent_at{};
};

/// The smallest payload that a stream may have.
inline constexpr std::size_t stamp_size = 24;

/// Into the first stamp_size bytes of `payload`.
void write_stamp(std::span<std::byte> payload, const Stamp& stamp);
/// Nothing when the payload is not one of ours.
std::optional<Stamp> read_stamp(Bytes payload);

}  // namespace turn_load
