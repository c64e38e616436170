// Frames of a WebSocket as a client makes them (RFC 6455 5.2), good ones and others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay::test {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

struct FrameFlags {
  bool is_last = true;
  bool is_masked = true;
  int reserved = 0;  // three bits
};

inline std::string frame(Opcode opcode, std::string_view payload, FrameFlags flags = {}) {
  const auto byte = [](auto value) { return static_cast<char>(value); };
  constexpr std::string_view mask = "\x12\x34\x56\x78";
  std::string bytes;
  bytes += byte((flags.is_last ? 0x80 : 0) | flags.reserved << 4 | static_cast<int>(opcode));
  const std::size_t size = payload.size();
  const int masked = flags.is_masked ? 0x80 : 0;
  bytes += byte(masked | (size < 126 ? static_cast<int>(size) : size < 65536 ? 126 : 127));
  for (int shift = size < 126 ? 0 : size < 65536 ? 16 : 64; shift != 0; shift -= 8) {
    bytes += byte(size >> (shift - 8));
  }
  if (!flags.is_masked) return bytes.append(payload);
  bytes += mask;
  for (std::size_t i = 0; i < size; ++i) bytes += byte(payload[i] ^ mask[i % 4]);
  return bytes;
}

}  // namespace relay::test
