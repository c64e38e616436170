#include "relay/net/message_stream.h"

#include <algorithm>
#include <cassert>

#include "relay/net/tcp_session.h"

namespace relay::net {

void MessageStream::on_bytes(TcpSession& session, stun::Bytes bytes) {
  is_cutting_ = true;
  if (!partial_.empty()) bytes = complete_partial(session, bytes);
  while (!bytes.empty() && session.is_open() && !is_stopped_) {
    const turn::Frame frame = cut(session, bytes);
    if (frame.kind == turn::Frame::Kind::incomplete || !session.is_open()) break;
    reader_.on_stream_message(session, frame.kind, bytes.first(frame.size));
    bytes = bytes.subspan(frame.size);
  }
  reader_.on_stream_pause();
  is_cutting_ = false;
  if (is_stopped_) return reader_.on_stream_stop(session, bytes);
  // Whatever is in partial_ now is either the same incomplete message or one handled above.
  if (partial_.empty()) partial_.assign(bytes.begin(), bytes.end());
}

void MessageStream::stop(TcpSession& session) {
  is_stopped_ = true;
  if (!is_cutting_) reader_.on_stream_stop(session, partial_);
}

/// Moves bytes behind the message that began earlier until it is whole, and hands it over. Gives
/// the bytes that belong to what follows.
stun::Bytes MessageStream::complete_partial(TcpSession& session, stun::Bytes bytes) {
  while (session.is_open()) {
    const turn::Frame frame = cut(session, partial_);
    if (frame.kind == turn::Frame::Kind::garbage) break;
    if (frame.kind != turn::Frame::Kind::incomplete) {
      reader_.on_stream_message(session, frame.kind, partial_);
      reader_.on_stream_pause();
      release_large(partial_);
      return bytes;
    }
    if (bytes.empty()) break;
    const std::size_t size = std::min(frame.size - partial_.size(), bytes.size());
    partial_.insert(partial_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(size);
  }
  return {};
}

/// Closes on what is no message, or a longer one than this client may send.
turn::Frame MessageStream::cut(TcpSession& session, stun::Bytes bytes) {
  const turn::Frame frame = turn::next_frame(bytes);
  if (frame.kind == turn::Frame::Kind::garbage || frame.size > message_limit_) {
    session.close();
    return {.kind = turn::Frame::Kind::garbage, .size = bytes.size()};
  }
  assert(frame.kind != turn::Frame::Kind::incomplete || frame.size > bytes.size());
  return frame;
}

}  // namespace relay::net
