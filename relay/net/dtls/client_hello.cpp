#include "relay/net/dtls/client_hello.h"

namespace relay::net::dtls {
namespace {

/// RFC 6347 4.2.2: type, length, message_seq, fragment_offset, fragment_length.
constexpr std::size_t handshake_header_size = 12;
constexpr std::byte client_hello_type{1};
/// client_version and random.
constexpr std::size_t version_size = 2, random_size = 32;

std::uint32_t load_u24(stun::Bytes bytes, std::size_t offset) {
  return std::uint32_t{stun::load_u16(bytes, offset)} << 8 |
         std::to_integer<std::uint32_t>(bytes[offset + 2]);
}

/// Reads front to back; beyond the end there is nothing, and that is remembered.
class Reader {
 public:
  explicit Reader(stun::Bytes bytes) : bytes_(bytes) {}

  stun::Bytes take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      failed_ = true;
      size = bytes_.size() - at_;
    }
    const stun::Bytes taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  /// A vector with its length before it, in `length_size` bytes (RFC 5246 4.3).
  stun::Bytes take_vector(std::size_t length_size) {
    std::size_t size = 0;
    for (const std::byte byte : take(length_size)) {
      size = size << 8 | std::to_integer<std::size_t>(byte);
    }
    return take(size);
  }
  std::size_t position() const { return at_; }
  bool failed() const { return failed_; }

 private:
  stun::Bytes bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

bool is_client_hello(const Record& record) {
  return record.type == ContentType::handshake && record.epoch == 0 && !record.fragment.empty() &&
         record.fragment.front() == client_hello_type;
}

std::optional<ClientHello> parse_client_hello(const Record& record) {
  const stun::Bytes bytes = record.fragment;
  if (!is_client_hello(record) || bytes.size() < handshake_header_size) return std::nullopt;
  const std::uint32_t size = load_u24(bytes, 1);
  const bool is_whole = load_u24(bytes, 6) == 0 && load_u24(bytes, 9) == size &&
                        bytes.size() == handshake_header_size + size;
  if (!is_whole) return std::nullopt;

  ClientHello hello{.record_sequence = record.sequence,
                    .message_sequence = stun::load_u16(bytes, 4),
                    .random = {},
                    .cookie = {},
                    .before_cookie = {},
                    .behind_cookie = {}};
  const stun::Bytes body = bytes.subspan(handshake_header_size);
  Reader reader(body);
  reader.take(version_size);
  hello.random = reader.take(random_size);
  reader.take_vector(1);  // session_id
  hello.before_cookie = body.first(reader.position());
  hello.cookie = reader.take_vector(1);
  const std::size_t cookie_end = reader.position();
  reader.take_vector(2);  // cipher_suites
  reader.take_vector(1);  // compression_methods
  hello.behind_cookie = body.subspan(cookie_end, reader.position() - cookie_end);
  if (reader.failed()) return std::nullopt;
  return hello;
}

}  // namespace relay::net::dtls
