// Feeds a stream to the framer whole and byte by byte: both must see the same messages.
#include "turn/stream_framer.h"

#include <cstdlib>
#include <vector>

namespace {

using turn::Frame;

void require(bool condition) {
  if (!condition) std::abort();
}

/// The sizes of the messages in front of what is incomplete or garbage.
std::vector<std::size_t> cut_whole(turn::Bytes stream) {
  std::vector<std::size_t> sizes;
  while (true) {
    const Frame frame = turn::next_frame(stream);
    if (frame.kind == Frame::Kind::incomplete) require(frame.size > stream.size());
    if (frame.kind == Frame::Kind::incomplete || frame.kind == Frame::Kind::garbage) return sizes;
    require(frame.size >= 4 && frame.size % 4 == 0 && frame.size <= stream.size());
    sizes.push_back(frame.size);
    stream = stream.subspan(frame.size);
  }
}

std::vector<std::size_t> cut_bytewise(turn::Bytes stream) {
  std::vector<std::size_t> sizes;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= stream.size(); ++end) {
    const Frame frame = turn::next_frame(stream.subspan(begin, end - begin));
    if (frame.kind == Frame::Kind::garbage) return sizes;
    if (frame.kind == Frame::Kind::incomplete) continue;
    require(frame.size == end - begin);
    sizes.push_back(frame.size);
    begin = end;
  }
  return sizes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto stream = std::as_bytes(std::span(data, size));
  require(cut_whole(stream) == cut_bytewise(stream));
  return 0;
}
