// What is looked at of a stranger's datagrams: records, ClientHellos, cookies.
#include "relay/net/dtls/cookie.h"

#include <catch2/catch.hpp>

#include "relay/net/dtls/client_hello.h"
#include "tests/relay/net/dtls/dtls_client.h"
#include "tests/support/turn_fakes.h"

namespace relay::net::dtls::test {
namespace {

using namespace std::chrono_literals;

turn::FiveTuple client_at(std::string_view address) {
  return {stun::TransportAddress::parse(address).value(),
          stun::TransportAddress::parse("192.0.2.9:5349").value(), turn::Transport::dtls};
}

Buffer real_hello() {
  DtlsClient client;
  client.receive();
  return client.take_output().at(0);
}

std::optional<ClientHello> parse(Bytes datagram) {
  const auto record = next_record(datagram);
  return record ? parse_client_hello(*record) : std::nullopt;
}

/// The hello with this cookie in it, as the client would send it.
Buffer with_cookie(const Buffer& hello, Bytes cookie) {
  const Bytes session_id = Bytes(hello).subspan(13 + 12 + 34);
  const auto cookie_at = static_cast<std::ptrdiff_t>(
      13 + 12 + 34 + 1 + std::to_integer<std::size_t>(session_id.front()));
  Buffer bytes = hello;
  REQUIRE(bytes[static_cast<std::size_t>(cookie_at)] == std::byte{0});
  bytes[static_cast<std::size_t>(cookie_at)] = static_cast<std::byte>(cookie.size());
  bytes.insert(bytes.begin() + cookie_at + 1, cookie.begin(), cookie.end());
  const auto more = static_cast<std::uint16_t>(cookie.size());
  for (const std::size_t length_at : {11U, 13U + 2U, 13U + 10U}) {
    stun::store_u16(bytes, length_at,
                    static_cast<std::uint16_t>(stun::load_u16(bytes, length_at) + more));
  }
  return bytes;
}

}  // namespace

TEST_CASE("records are told apart, and what is none ends the datagram", "[dtls][rfc6347-4.1]") {
  Buffer datagram(13 + 5 + 13);
  for (const std::size_t at : {0U, 18U}) {
    datagram[at] = std::byte{23};
    stun::store_u16(datagram, at + 1, 0xfefd);
    stun::store_u16(datagram, at + 3, 1);
    stun::store_u32(datagram, at + 7, 7);
  }
  stun::store_u16(datagram, 11, 5);
  Bytes rest = datagram;
  const auto first = next_record(rest), second = next_record(rest);
  REQUIRE((first && second));
  CHECK(first->type == ContentType::application_data);
  CHECK(first->epoch == 1);
  CHECK(first->sequence == 7);
  CHECK(first->fragment.size() == 5);
  CHECK(first->bytes.size() == 18);
  CHECK(second->fragment.empty());
  CHECK(rest.empty());

  const auto is_refused = [&](std::size_t at, unsigned value) {
    Buffer changed = datagram;
    changed[at] = static_cast<std::byte>(value);
    Bytes bytes = changed;
    return !next_record(bytes);
  };
  CHECK(is_refused(0, 19));
  CHECK(is_refused(0, 24));
  CHECK(is_refused(1, 3));   // TLS
  CHECK(is_refused(11, 1));  // longer than the datagram
  for (std::size_t size = 0; size < 18; ++size) {
    Bytes cut = Bytes(datagram).first(size);
    CHECK_FALSE(next_record(cut));
  }
}

TEST_CASE("a ClientHello is read up to what a cookie is for", "[dtls][rfc6347-4.2.1]") {
  const Buffer datagram = real_hello();
  const auto hello = parse(datagram);
  REQUIRE(hello);
  CHECK(hello->random.size() == 32);
  CHECK(hello->cookie.empty());
  CHECK(hello->message_sequence == 0);
  const Buffer cookie(16, std::byte{7});
  const Buffer again = with_cookie(datagram, cookie);
  const auto second = parse(again);
  REQUIRE(second);
  CHECK(Buffer(second->cookie.begin(), second->cookie.end()) == cookie);
  CHECK(std::ranges::equal(second->behind_cookie, hello->behind_cookie));
}

TEST_CASE("a ClientHello that is cut, in fragments or lies about its lengths is none",
          "[dtls][rfc6347-4.2.1]") {
  const Buffer datagram = real_hello();
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    Buffer cut(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(parse(cut));
    if (size < 13) continue;
    stun::store_u16(cut, 11, static_cast<std::uint16_t>(size - 13));
    CHECK_FALSE(parse(cut));
    if (size < 25) continue;
    // Whole by its headers, but its vectors reach too far, as long as they are looked at.
    stun::store_u16(cut, 15, static_cast<std::uint16_t>(size - 25));
    stun::store_u16(cut, 23, static_cast<std::uint16_t>(size - 25));
    CHECK((parse(cut) ? size >= 13 + 12 + 34 + 1 + 1 + 2 + 1 + 1 : true));
  }
  Buffer fragment = datagram;
  stun::store_u16(fragment, 13 + 7, 1);  // fragment_offset
  CHECK_FALSE(parse(fragment));
}

TEST_CASE("a cookie is good for its client, its hello and its time", "[dtls][rfc6347-4.2.1]") {
  support::SeededRandom random(1);
  Cookies cookies(random);
  turn::Time now{};
  cookies.rotate(now);
  const auto client = client_at("198.51.100.7:40000");
  const Buffer first = real_hello();
  const Cookie cookie = cookies.make(client, parse(first).value());
  const Buffer datagram = with_cookie(first, cookie);
  const ClientHello hello = parse(datagram).value();
  CHECK(cookies.verify(client, hello));

  SECTION("of another address or port") {
    CHECK_FALSE(cookies.verify(client_at("198.51.100.8:40000"), hello));
    CHECK_FALSE(cookies.verify(client_at("198.51.100.7:40001"), hello));
    turn::FiveTuple elsewhere = client;
    elsewhere.server.port = 3478;
    CHECK_FALSE(cookies.verify(elsewhere, hello));
  }
  SECTION("for another hello") {
    const Buffer other = with_cookie(real_hello(), cookie);
    CHECK_FALSE(cookies.verify(client, parse(other).value()));
    Buffer other_ciphers = datagram;
    other_ciphers[13 + 12 + 34 + 1 + 1 + 16 + 2 + 1] ^= std::byte{1};
    CHECK_FALSE(cookies.verify(client, parse(other_ciphers).value()));
  }
  SECTION("changed or cut") {
    for (std::size_t i = 0; i < cookie.size(); ++i) {
      Cookie changed = cookie;
      changed[i] ^= std::byte{1};
      const Buffer bytes = with_cookie(first, changed);
      CHECK_FALSE(cookies.verify(client, parse(bytes).value()));
    }
    const Buffer bytes = with_cookie(first, Bytes(cookie).first(15));
    CHECK_FALSE(cookies.verify(client, parse(bytes).value()));
  }
  SECTION("old") {
    cookies.rotate(now + Cookies::secret_life);
    CHECK(cookies.verify(client, hello));
    cookies.rotate(now + Cookies::secret_life + 1s);
    CHECK(cookies.verify(client, hello));
    cookies.rotate(now + 2 * Cookies::secret_life);
    CHECK_FALSE(cookies.verify(client, hello));
  }
}

TEST_CASE("a HelloVerifyRequest carries the client's numbers, and OpenSSL takes it",
          "[dtls][rfc6347-4.2.1]") {
  DtlsClient client;
  client.receive();
  Buffer datagram = client.take_output().at(0);
  stun::store_u32(datagram, 7, 0x01020304);
  ClientHello hello = parse(datagram).value();
  Cookie cookie{};
  cookie.fill(std::byte{9});
  const HelloVerifyRequest answer = hello_verify_request(hello, cookie);
  CHECK(stun::load_u32(answer, 7) == 0x01020304);
  CHECK(answer.size() < datagram.size());
  client.receive(answer);
  const Buffer second = client.take_output().at(0);
  hello = parse(second).value();
  CHECK(std::ranges::equal(hello.cookie, cookie));
  CHECK(hello.message_sequence == 1);
}

}  // namespace relay::net::dtls::test
