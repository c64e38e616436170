#include "tools/turn_load/payload.h"

namespace turn_load {
namespace {

/// The first byte is that of an RTP packet, so that nothing on the way takes it for something else.
constexpr std::uint32_t mark = 0x80746c64;

std::uint64_t load_u64(Bytes bytes, std::size_t at) {
  return std::uint64_t{stun::load_u32(bytes, at)} << 32 | stun::load_u32(bytes, at + 4);
}

}  // namespace

void write_stamp(std::span<std::byte> payload, const Stamp& stamp) {
  using std::chrono::nanoseconds;
  const auto since_start =
      std::chrono::duration_cast<nanoseconds>(stamp.sent_at.time_since_epoch());
  const auto sent_at = static_cast<std::uint64_t>(since_start.count());
  stun::store_u32(payload, 0, mark);
  stun::store_u32(payload, 4, stamp.call);
  stun::store_u16(payload, 8, stamp.step);
  stun::store_u16(payload, 10, static_cast<std::uint16_t>(stamp.direction));
  stun::store_u32(payload, 12, stamp.sequence);
  stun::store_u32(payload, 16, static_cast<std::uint32_t>(sent_at >> 32));
  stun::store_u32(payload, 20, static_cast<std::uint32_t>(sent_at & 0xffffffff));
}

std::optional<Stamp> read_stamp(Bytes payload) {
  if (payload.size() < stamp_size || stun::load_u32(payload, 0) != mark) return std::nullopt;
  const std::uint16_t direction = stun::load_u16(payload, 10);
  if (direction >= directions) return std::nullopt;
  const auto sent_at = static_cast<std::int64_t>(load_u64(payload, 16));
  return Stamp{.call = stun::load_u32(payload, 4),
               .step = stun::load_u16(payload, 8),
               .direction = static_cast<Direction>(direction),
               .sequence = stun::load_u32(payload, 12),
               .sent_at = Time(std::chrono::nanoseconds(sent_at))};
}

}  // namespace turn_load
