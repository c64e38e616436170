#include "relay/http/frame_reader.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <new>
#include <utility>

#include "relay/http/utf8.h"

namespace relay::http {
namespace {

/// A message that grew beyond this is given back with its buffer.
constexpr std::size_t kept_capacity = 256;
constexpr std::size_t mask_size = 4;

/// Of a masked frame, its length in the shortest form, which wslay insists upon (RFC 6455 5.2).
std::size_t header_size(std::uint64_t payload) {
  const std::size_t length = payload < 126 ? 0 : payload < 65536 ? 2 : 8;
  return 2 + length + mask_size;
}

/// RFC 6455 7.4: those that may stand in a frame.
bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

void clear(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kept_capacity) std::string().swap(buffer);
}

}  // namespace

FrameReader::~FrameReader() = default;

void FrameReader::Free::operator()(wslay_frame_context* context) const {
  wslay_frame_context_free(context);
}

void FrameReader::open() {
  const wslay_frame_callbacks callbacks{
      .send_callback = nullptr,
      .recv_callback = [](std::uint8_t* buffer, std::size_t size, int, void* self) -> ssize_t {
        stun::Bytes& unread = static_cast<FrameReader*>(self)->unread_;
        const std::size_t count = std::min(size, unread.size());
        if (count == 0) return -1;
        std::ranges::copy(unread.first(count), reinterpret_cast<std::byte*>(buffer));
        unread = unread.subspan(count);
        return static_cast<ssize_t>(count);
      },
      .genmask_callback = nullptr};
  wslay_frame_context* context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
  consumed_ = given_ = 0;
}

std::optional<CloseCode> FrameReader::read(stun::Bytes bytes, FrameSink& sink) {
  if (!context_) open();
  unread_ = bytes;
  given_ += bytes.size();
  for (;;) {
    wslay_frame_iocb part{};
    const ssize_t size = wslay_frame_recv(context_.get(), &part);
    if (size == WSLAY_ERR_WANT_READ) break;
    if (size < 0) return CloseCode::protocol_error;
    const Verdict verdict = on_part(part, sink);
    if (verdict.failure || !verdict.goes_on) return verdict.failure;
  }
  if (of_frame_ == 0 && consumed_ == given_) context_.reset();
  return std::nullopt;
}

/// Some of a frame, its last or only bytes perhaps.
FrameReader::Verdict FrameReader::on_part(const wslay_frame_iocb& part, FrameSink& sink) {
  if (of_frame_ == 0) {
    if (const auto failure = judge(part)) return {.failure = failure};
    consumed_ += header_size(part.payload_length);
  }
  consumed_ += part.data_length;
  of_frame_ += part.data_length;
  std::string& to = wslay_is_ctrl_frame(part.opcode) ? control_ : message_;
  to.append(reinterpret_cast<const char*>(part.data), part.data_length);
  if (of_frame_ < part.payload_length) return {};
  of_frame_ = 0;
  return on_end(part, sink);
}

/// What a frame's header may say.
std::optional<CloseCode> FrameReader::judge(const wslay_frame_iocb& part) const {
  // RFC 6455 5.1-4: a client masks. 5.2: no extension is in use, so no reserved bit is.
  if (part.mask == 0 || part.rsv != 0) return CloseCode::protocol_error;
  switch (part.opcode) {
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG:
      return std::nullopt;
    case WSLAY_BINARY_FRAME:
      return CloseCode::unsupported_data;
    case WSLAY_TEXT_FRAME:
      if (in_message_) return CloseCode::protocol_error;  // 5.4: messages do not mix.
      break;
    case WSLAY_CONTINUATION_FRAME:
      if (!in_message_) return CloseCode::protocol_error;
      break;
    default:
      return CloseCode::protocol_error;
  }
  return part.payload_length > max_message_ - message_.size() ? std::optional(CloseCode::too_big)
                                                              : std::nullopt;
}

FrameReader::Verdict FrameReader::on_end(const wslay_frame_iocb& part, FrameSink& sink) {
  if (wslay_is_ctrl_frame(part.opcode)) return on_control(part.opcode, sink);
  in_message_ = part.fin == 0;
  if (in_message_) return {};
  if (!is_utf8(message_)) return {.failure = CloseCode::bad_payload};  // 8.1
  const bool goes_on = sink.on_text(message_);
  clear(message_);
  return {.goes_on = goes_on};
}

FrameReader::Verdict FrameReader::on_control(std::uint8_t opcode, FrameSink& sink) {
  const std::string payload = std::exchange(control_, {});
  if (opcode == WSLAY_PING) return {.goes_on = sink.on_ping(payload)};
  if (opcode == WSLAY_PONG) return {.goes_on = sink.on_pong()};
  std::uint16_t code = std::to_underlying(CloseCode::none);
  if (!payload.empty()) {  // 5.5.1: a code, then a reason.
    if (payload.size() < 2) return {.failure = CloseCode::protocol_error};
    code = stun::load_u16(std::as_bytes(std::span(payload)), 0);
    if (!is_close_code(code)) return {.failure = CloseCode::protocol_error};
    if (!is_utf8(std::string_view(payload).substr(2))) return {.failure = CloseCode::bad_payload};
  }
  sink.on_close(code);
  return {.goes_on = false};
}

}  // namespace relay::http
