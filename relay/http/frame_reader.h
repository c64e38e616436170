// The frames of a WebSocket client, put together to messages (RFC 6455 5). What a client must not
// send is answered with the code to close with; nothing is repaired. Between two messages it holds
// no buffer: ten thousand silent clients cost next to nothing. No IO; wslay unmasks and counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stun/byte_order.h"

struct wslay_frame_context;
struct wslay_frame_iocb;

namespace relay::http {

/// RFC 6455 7.4.1.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  none = 1005,  // never on the wire
  bad_payload = 1007,
  policy = 1008,
  too_big = 1009,
  internal_error = 1011,
  try_again = 1013,
};

/// Who is told. Each gives whether to go on; false: the rest of the bytes does not count.
class FrameSink {
 public:
  virtual bool on_text(std::string_view text) = 0;
  virtual bool on_ping(std::string_view payload) = 0;
  virtual bool on_pong() = 0;
  /// The last frame; `code` is `none` when the client gave none.
  virtual void on_close(std::uint16_t code) = 0;

 protected:
  ~FrameSink() = default;
};

class FrameReader {
 public:
  explicit FrameReader(std::size_t max_message) : max_message_(max_message) {}
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// The client has broken a rule: the code to close with. It must not be called again then.
  std::optional<CloseCode> read(stun::Bytes bytes, FrameSink& sink);
  /// Neither a frame nor a message has begun.
  bool is_idle() const { return context_ == nullptr && !in_message_; }

 private:
  struct Free {
    void operator()(wslay_frame_context* context) const;
  };
  struct Verdict {
    bool goes_on = true;
    std::optional<CloseCode> failure = {};
  };

  void open();
  Verdict on_part(const wslay_frame_iocb& part, FrameSink& sink);
  std::optional<CloseCode> judge(const wslay_frame_iocb& part) const;
  Verdict on_end(const wslay_frame_iocb& part, FrameSink& sink);
  Verdict on_control(std::uint8_t opcode, FrameSink& sink);

  const std::size_t max_message_;
  std::unique_ptr<wslay_frame_context, Free> context_;  // null: no frame has begun
  stun::Bytes unread_;                                  // for wslay to take
  std::uint64_t of_frame_ = 0;                          // bytes of its payload that were read
  std::size_t consumed_ = 0, given_ = 0;                // since the context was made
  bool in_message_ = false;                             // fragments are to follow
  std::string message_, control_;
};

}  // namespace relay::http
