#include "turn/stream_framer.h"

#include "stun/byte_order.h"
#include "stun/message_type.h"

namespace turn {
namespace {

constexpr std::size_t channel_header_size = 4;

/// RFC 8489 6.3: the two top bits are zero, the cookie is right, the length a multiple of 4.
Frame stun_frame(Bytes stream) {
  const std::size_t length = stun::load_u16(stream, 2);
  if (length % 4 != 0) return {Frame::Kind::garbage};
  if (stream.size() >= 8 && stun::load_u32(stream, 4) != stun::magic_cookie) {
    return {Frame::Kind::garbage};
  }
  const std::size_t size = stun::header_size + length;
  return {stream.size() < size ? Frame::Kind::incomplete : Frame::Kind::stun, size};
}

/// RFC 8656 12.5: "Over TCP and TLS-over-TCP, the ChannelData message MUST be padded to a multiple
/// of four bytes"; the length does not count the padding.
Frame channel_data_frame(Bytes stream) {
  const std::size_t length = stun::load_u16(stream, 2);
  const std::size_t size = channel_header_size + (length + 3) / 4 * 4;
  return {stream.size() < size ? Frame::Kind::incomplete : Frame::Kind::channel_data, size};
}

}  // namespace

Frame next_frame(Bytes stream) {
  if (stream.empty()) return {Frame::Kind::incomplete, channel_header_size};
  const auto first = std::to_integer<unsigned>(stream[0]);
  const bool is_stun = first <= 0x03;
  const bool is_channel_data = first >= 0x40 && first <= 0x7f;
  if (!is_stun && !is_channel_data) return {Frame::Kind::garbage};
  if (stream.size() < channel_header_size) {
    return {Frame::Kind::incomplete, is_stun ? stun::header_size : channel_header_size};
  }
  return is_stun ? stun_frame(stream) : channel_data_frame(stream);
}

}  // namespace turn
