#include "relay/net/dtls/cookie.h"

#include <algorithm>
#include <span>

namespace relay::net::dtls {
namespace {

using Addresses = std::array<std::byte, 38>;

void write(std::span<std::byte, 19> out, const stun::TransportAddress& address) {
  const auto ip = std::as_bytes(address.ip.bytes());
  out[0] = static_cast<std::byte>(address.ip.family());
  std::ranges::copy(ip, out.begin() + 1);
  stun::store_u16(out, 17, address.port);
}

Addresses addresses_of(const turn::FiveTuple& client) {
  Addresses bytes{};
  write(std::span(bytes).first<19>(), client.client);
  write(std::span(bytes).last<19>(), client.server);
  return bytes;
}

Cookie sign(const stun::HmacSha256& secret, const turn::FiveTuple& client,
            const ClientHello& hello) {
  const Addresses addresses = addresses_of(client);
  const auto digest = secret({addresses, hello.before_cookie, hello.behind_cookie});
  Cookie cookie;
  std::ranges::copy_n(digest.begin(), cookie.size(), cookie.begin());
  return cookie;
}

}  // namespace

Cookies::Cookies(turn::Random& random)
    : random_(random), current_(make_secret()), previous_(make_secret()) {}

stun::HmacSha256 Cookies::make_secret() {
  std::array<std::byte, 32> key;
  random_.fill(key);
  return stun::HmacSha256(key);
}

Cookie Cookies::make(const turn::FiveTuple& client, const ClientHello& hello) const {
  return sign(current_, client, hello);
}

bool Cookies::verify(const turn::FiveTuple& client, const ClientHello& hello) const {
  return stun::equal_constant_time(hello.cookie, sign(current_, client, hello)) ||
         stun::equal_constant_time(hello.cookie, sign(previous_, client, hello));
}

void Cookies::rotate(turn::Time now) {
  if (now < rotate_at_) return;
  rotate_at_ = now + secret_life;
  previous_ = current_;
  current_ = make_secret();
}

/// The client's own sequence numbers: they have not been used here, and nothing need be remembered
/// (RFC 6347 4.2.1).
HelloVerifyRequest hello_verify_request(const ClientHello& hello, const Cookie& cookie) {
  constexpr std::uint16_t dtls_1_0 = 0xfeff;  // whatever is spoken later (RFC 6347 4.2.1)
  constexpr std::uint16_t body = 3 + Cookie{}.size(), message = 12 + body;
  HelloVerifyRequest bytes{};
  bytes[0] = static_cast<std::byte>(ContentType::handshake);
  stun::store_u16(bytes, 1, dtls_1_0);
  stun::store_u16(bytes, 5, static_cast<std::uint16_t>(hello.record_sequence >> 32));
  stun::store_u32(bytes, 7, static_cast<std::uint32_t>(hello.record_sequence));
  stun::store_u16(bytes, 11, message);
  bytes[13] = std::byte{3};  // hello_verify_request
  stun::store_u16(bytes, 15, body);
  stun::store_u16(bytes, 17, hello.message_sequence);
  stun::store_u16(bytes, 23, body);
  stun::store_u16(bytes, 25, dtls_1_0);
  bytes[27] = static_cast<std::byte>(cookie.size());
  std::ranges::copy(cookie, bytes.begin() + 28);
  return bytes;
}

}  // namespace relay::net::dtls
