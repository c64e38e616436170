// The parser of PROXY headers: it ends within its bound, and reads the whole as it reads a whole
// with something behind it.
#include <cstdlib>

#include "relay/net/proxy_header.h"

namespace {

using relay::net::ProxyHeader;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto datagram = relay::net::parse_datagram_header(bytes)) {
    require(datagram->size >= 16 && datagram->size <= size);
    require(!datagram->client || datagram->client->port != 0);
  }
  const auto header = relay::net::parse_stream_header(bytes);
  if (!header) return 0;
  if (!*header) {
    require(size < ProxyHeader::max_size);
    return 0;
  }
  const ProxyHeader& whole = **header;
  require(whole.size >= 15 && whole.size <= size && whole.size <= ProxyHeader::max_size);
  require(!whole.client || whole.client->port != 0);
  const auto alone = relay::net::parse_stream_header(bytes.first(whole.size));
  require(alone && *alone && (*alone)->client == whole.client && (*alone)->size == whole.size);
  const auto beginning = relay::net::parse_stream_header(bytes.first(whole.size - 1));
  require(beginning && !*beginning);
  return 0;
}
