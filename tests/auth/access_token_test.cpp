#include "auth/access_token.h"

#include <catch2/catch.hpp>

#include "auth/base64.h"
#include "tests/support/heap_count.h"

namespace auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view server_name = "blackdow.carleon.gov";
constexpr std::int64_t issued = 1'388'549'804;

/// A token that turnutils_oauth 4.6.1 made, with the nonce 123456789012, issued at the time above
/// and good for an hour.
struct Golden {
  std::string_view secret;
  std::string_view mac_key;
  std::string_view token;
};

const Golden golden[] = {
    {"01234567890123456789012345678901", "01234567890123456789",
     "AAwxMjM0NTY3ODkwMTIi5k4R3YFW/A3qtula0KmZJnaxWbys3IMAdg4LHwA5jAybuRMpkbHtcOePzx7aMQtzng=="},
    {"01234567890123456789012345678901", "01234567890123456789012345678901",
     "AAwxMjM0NTY3ODkwMTIi0k4R3YFW/A3qtula0KmZJnaxWbys7LJghqySKTcBtTK6mxJRtvR1ODXT16qFZ9vM3vmjBGxC"
     "g0aQlX0WXA=="},
    {"1234567890123456", "01234567890123456789",
     "AAwxMjM0NTY3ODkwMTKxZV6Z6qJgPZHGI4xmAGh3wktOM0f6rIg7aQNhOD6P3RgkcVdKVQISozQLOckzwcB9gQ=="},
    {"1234567890123456", "01234567890123456789012345678901",
     "AAwxMjM0NTY3ODkwMTKxUV6Z6qJgPZHGI4xmAGh3wktOM0f6nLlbmaH4Dgm35CYFc0cM3bue4wrIBIcnbwSvt9J7S3To"
     "ZR/25MPyIg=="},
};

stun::AesGcm cipher(std::string_view secret) { return stun::AesGcm(stun::as_bytes(secret)); }

stun::AesGcm::Nonce golden_nonce() {
  stun::AesGcm::Nonce nonce;
  std::ranges::copy(stun::as_bytes("123456789012"), nonce.begin());
  return nonce;
}

TEST_CASE("tokens of coturn's tool are read", "[auth][rfc7635-6.2]") {
  for (const Golden& each : golden) {
    stun::AesGcm key = cipher(each.secret);
    const auto token = AccessToken::unseal(decode_base64(each.token).value(), key, server_name);
    REQUIRE(token);
    CHECK(stun::as_text(token->mac_key.bytes()) == each.mac_key);
    CHECK(token->issued.seconds == issued);
    CHECK(token->lifetime == 3600s);
  }
}

TEST_CASE("a token is sealed to the bytes that coturn's tool makes", "[auth][rfc7635-6.2]") {
  for (const Golden& each : golden) {
    stun::AesGcm key = cipher(each.secret);
    const AccessToken token{stun::IntegrityKey(stun::as_bytes(each.mac_key)), {issued}, 3600s};
    CHECK(token.seal(golden_nonce(), key, server_name) == decode_base64(each.token).value());
  }
}

TEST_CASE("a token for another server, or under another key, is none", "[auth][rfc7635-7]") {
  const auto token = decode_base64(golden[0].token).value();
  stun::AesGcm key = cipher(golden[0].secret);
  CHECK_FALSE(AccessToken::unseal(token, key, "turn.example.org"));
  CHECK_FALSE(AccessToken::unseal(token, key, ""));
  stun::AesGcm other = cipher(golden[2].secret);
  CHECK_FALSE(AccessToken::unseal(token, other, server_name));
}

TEST_CASE("a token that was cut or changed anywhere is none", "[auth][rfc7635-7]") {
  const auto token = decode_base64(golden[1].token).value();
  stun::AesGcm key = cipher(golden[1].secret);
  for (std::size_t size = 0; size < token.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(AccessToken::unseal(stun::Bytes(token).first(size), key, server_name));
    auto changed = token;
    changed[size] ^= std::byte{0x01};
    CHECK_FALSE(AccessToken::unseal(changed, key, server_name));
  }
  auto longer = token;
  longer.resize(token.size() + 4);
  CHECK_FALSE(AccessToken::unseal(longer, key, server_name));
  longer.resize(60'000);
  CHECK_FALSE(AccessToken::unseal(longer, key, server_name));
  CHECK(AccessToken::unseal(token, key, server_name));
}

/// Seals any block as a token.
std::vector<std::byte> sealed(stun::Bytes block, stun::AesGcm& key) {
  std::vector<std::byte> token(2 + 12 + block.size() + 16);
  stun::store_u16(token, 0, 12);
  std::ranges::copy(golden_nonce(), token.begin() + 2);
  key.seal(golden_nonce(), stun::as_bytes(server_name), block, std::span(token).subspan(14));
  return token;
}

TEST_CASE("who has the key can still seal nonsense, which is none either", "[auth][rfc7635-6.2]") {
  stun::AesGcm key = cipher(golden[0].secret);
  for (std::size_t size = 0; size <= 46; ++size) {
    for (const std::size_t key_size : {0u, 16u, 20u, 32u, 48u, 65535u}) {
      std::vector<std::byte> block(size, std::byte{1});
      if (size >= 2) stun::store_u16(block, 0, static_cast<std::uint16_t>(key_size));
      const bool fits = (key_size == 20 || key_size == 32) && size == 2 + key_size + 12;
      CAPTURE(size, key_size);
      CHECK(AccessToken::unseal(sealed(block, key), key, server_name).has_value() == fits);
    }
  }
}

TEST_CASE("a token is good for its lifetime and five seconds", "[auth][rfc7635-7]") {
  const AccessToken token{{}, {issued}, 3600s};
  CHECK(token.remaining({issued}) == 3600s);
  CHECK(token.remaining({issued + 1}) == 3600s);
  CHECK(token.remaining({issued + 100}) == 3505s);
  CHECK(token.remaining({issued + 3604}) == 1s);
  CHECK_FALSE(token.remaining({issued + 3605}));
  CHECK(token.remaining({issued - 3604}) == 3600s);
  CHECK_FALSE(token.remaining({issued - 3605}));
  CHECK_FALSE(AccessToken{{}, {0xffff'ffff'ffff}, 0xffff'ffffs}.remaining({issued}));
  CHECK(AccessToken{{}, {issued}, 0s}.remaining({issued}) == 1s);
}

TEST_CASE("opening a token allocates nothing", "[auth][allocation]") {
  stun::AesGcm key = cipher(golden[0].secret);
  const auto right = decode_base64(golden[0].token).value();
  auto wrong = right;
  wrong[20] ^= std::byte{1};
  const auto before = support::heap_allocations();
  const bool opened = AccessToken::unseal(right, key, server_name).has_value();
  const bool opened_too = AccessToken::unseal(wrong, key, server_name).has_value();
  CHECK(support::heap_allocations() == before);
  CHECK(opened);
  CHECK_FALSE(opened_too);
}

}  // namespace
}  // namespace auth
