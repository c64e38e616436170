#include "relay/net/dtls/record.h"

namespace relay::net::dtls {
namespace {

/// Of DTLS 1.0 and 1.2, the ones' complement of the TLS version.
constexpr unsigned major_version = 0xfe;
/// RFC 5246 6.2.3: what sealing may add.
constexpr std::size_t max_fragment = max_plain + 2048;

bool is_content_type(unsigned type) {
  return type >= static_cast<unsigned>(ContentType::change_cipher_spec) &&
         type <= static_cast<unsigned>(ContentType::application_data);
}

}  // namespace

std::optional<Record> next_record(stun::Bytes& datagram) {
  if (datagram.size() < record_header_size) return std::nullopt;
  const auto type = std::to_integer<unsigned>(datagram[0]);
  const std::size_t size = stun::load_u16(datagram, 11);
  if (!is_content_type(type) || std::to_integer<unsigned>(datagram[1]) != major_version ||
      size > max_fragment || record_header_size + size > datagram.size()) {
    return std::nullopt;
  }
  const Record record{
      .type = static_cast<ContentType>(type),
      .epoch = stun::load_u16(datagram, 3),
      .sequence = std::uint64_t{stun::load_u16(datagram, 5)} << 32 | stun::load_u32(datagram, 7),
      .fragment = datagram.subspan(record_header_size, size),
      .bytes = datagram.first(record_header_size + size)};
  datagram = datagram.subspan(record.bytes.size());
  return record;
}

}  // namespace relay::net::dtls
