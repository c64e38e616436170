// Cuts a byte stream into STUN and ChannelData messages (RFC 8656 12.5 over TCP and TLS; RFC 8489
// 6.2.2): a STUN message is 20 bytes and its length, ChannelData is 4 bytes and its length, padded
// to a multiple of 4. Keeps no bytes: the caller holds the buffer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "turn/types.h"

namespace turn {

struct Frame {
  enum class Kind : std::uint8_t {
    incomplete,    // more bytes are needed; `size` is how many in all, as far as known
    stun,          // a message of `size` bytes
    channel_data,  // `size` bytes on the stream, padding included
    garbage,       // neither: close the stream
  };
  Kind kind = Kind::incomplete;
  std::size_t size = 0;
};

/// The first message in `stream`. By nature of the length fields ChannelData is at most 65,540
/// bytes with its padding and a STUN message 65,552. What comes first tells them apart: a byte
/// 0x00-0x03 begins a STUN message, 0x40-0x7F ChannelData; which channel numbers are valid is
/// judged later.
Frame next_frame(Bytes stream);

}  // namespace turn
