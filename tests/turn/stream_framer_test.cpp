#include "turn/stream_framer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

#include "stun/message_type.h"

namespace turn {
namespace {

using Buffer = std::vector<std::byte>;
using Kind = Frame::Kind;

Buffer bytes(std::initializer_list<unsigned> values) {
  Buffer buffer;
  for (const unsigned value : values) buffer.push_back(static_cast<std::byte>(value));
  return buffer;
}

/// A message of that many bytes behind its header; the content does not matter to a framer.
Buffer stun_message(std::uint16_t length) {
  Buffer message(stun::header_size + length, std::byte{0x5a});
  stun::store_u16(message, 0, 0x0003);
  stun::store_u16(message, 2, length);
  stun::store_u32(message, 4, stun::magic_cookie);
  return message;
}

Buffer channel_data(std::uint16_t number, std::uint16_t length) {
  Buffer message(4 + (length + std::size_t{3}) / 4 * 4, std::byte{0x00});
  stun::store_u16(message, 0, number);
  stun::store_u16(message, 2, length);
  std::fill_n(message.begin() + 4, length, std::byte{0xa5});
  return message;
}

Frame frame_of(const Buffer& stream) { return next_frame(stream); }

/// Exactly this frame.
bool is(const Frame& frame, Kind kind, std::size_t size) {
  return frame.kind == kind && frame.size == size;
}

TEST_CASE("a STUN message is its header and its length", "[turn][rfc8489-6.2.2]") {
  CHECK(is(frame_of(stun_message(0)), Kind::stun, 20));
  CHECK(is(frame_of(stun_message(8)), Kind::stun, 28));
  CHECK(is(frame_of(stun_message(65'532)), Kind::stun, 65'552));
}

TEST_CASE("ChannelData on a stream is padded to four bytes", "[turn][rfc8656-12.5]") {
  CHECK(is(frame_of(channel_data(0x4000, 0)), Kind::channel_data, 4));
  CHECK(is(frame_of(channel_data(0x4000, 1)), Kind::channel_data, 8));
  CHECK(is(frame_of(channel_data(0x4fff, 4)), Kind::channel_data, 8));
  CHECK(is(frame_of(channel_data(0x7fff, 5)), Kind::channel_data, 12));
  CHECK(is(frame_of(channel_data(0x4000, 65'535)), Kind::channel_data, 65'540));
}

TEST_CASE("a message is incomplete up to its last byte", "[turn][rfc8656-12.5]") {
  for (const Buffer& message : {stun_message(12), channel_data(0x4001, 9)}) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      CAPTURE(size);
      const Frame frame = next_frame(std::span(message).first(size));
      CHECK(frame.kind == Kind::incomplete);
      CHECK(frame.size > size);
      if (size >= 4) CHECK(frame.size == message.size());
    }
  }
}

TEST_CASE("the first byte tells the kinds apart", "[turn][rfc7983-7]") {
  for (unsigned first = 0; first < 256; ++first) {
    CAPTURE(first);
    const bool possible = first <= 0x03 || (first >= 0x40 && first <= 0x7f);
    CHECK(frame_of(bytes({first})).kind == (possible ? Kind::incomplete : Kind::garbage));
  }
}

TEST_CASE("what cannot be STUN is garbage as soon as that shows", "[turn][rfc8489-6.3]") {
  SECTION("a length that is not a multiple of four") {
    CHECK(frame_of(bytes({0, 3, 0, 7})).kind == Kind::garbage);
  }
  SECTION("another cookie, once its four bytes are there") {
    CHECK(frame_of(bytes({0, 3, 0, 0, 0x21, 0x12, 0xa4})).kind == Kind::incomplete);
    CHECK(frame_of(bytes({0, 3, 0, 0, 0x21, 0x12, 0xa4, 0x43})).kind == Kind::garbage);
  }
}

/// Takes whole frames off the front of `pending` and appends them to `frames`.
void take_frames(Buffer& pending, std::vector<Buffer>& frames) {
  while (true) {
    const Frame frame = next_frame(pending);
    REQUIRE(frame.kind != Kind::garbage);
    if (frame.kind == Kind::incomplete) return;
    const auto end = pending.begin() + static_cast<std::ptrdiff_t>(frame.size);
    frames.emplace_back(pending.begin(), end);
    pending.erase(pending.begin(), end);
  }
}

TEST_CASE("messages come out whole however the stream is cut", "[turn][rfc8656-12.5]") {
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::vector<Buffer> messages;
  Buffer stream;
  for (int i = 0; i < 200; ++i) {
    const auto length = static_cast<std::uint16_t>(random() % 300);
    const bool is_stun = random() % 2 == 0;
    messages.push_back(is_stun ? stun_message(static_cast<std::uint16_t>(length / 4 * 4))
                               : channel_data(0x4000, length));
    stream.insert(stream.end(), messages.back().begin(), messages.back().end());
  }
  std::vector<Buffer> frames;
  Buffer pending;

  SECTION("byte by byte") {
    for (const std::byte byte : stream) {
      pending.push_back(byte);
      take_frames(pending, frames);
    }
  }
  SECTION("all at once") {
    pending = stream;
    take_frames(pending, frames);
  }
  SECTION("in random pieces") {
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t piece = std::min<std::size_t>(1 + random() % 700, stream.size() - at);
      const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(at);
      pending.insert(pending.end(), begin, begin + static_cast<std::ptrdiff_t>(piece));
      take_frames(pending, frames);
      at += piece;
    }
  }
  CHECK(pending.empty());
  CHECK(frames == messages);
}

TEST_CASE("two messages split at every byte come out as two", "[turn][rfc8656-12.5]") {
  const Buffer first = stun_message(4), second = channel_data(0x4abc, 3);
  Buffer stream = first;
  stream.insert(stream.end(), second.begin(), second.end());
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    const auto middle = stream.begin() + static_cast<std::ptrdiff_t>(cut);
    std::vector<Buffer> frames;
    Buffer pending(stream.begin(), middle);
    take_frames(pending, frames);
    pending.insert(pending.end(), middle, stream.end());
    take_frames(pending, frames);
    CHECK(frames == std::vector{first, second});
  }
}

}  // namespace
}  // namespace turn
