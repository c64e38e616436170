#include "auth/nonce.h"

#include <catch2/catch.hpp>

#include <string>

#include "auth/base64.h"

namespace auth {
namespace {

using namespace std::chrono_literals;

const stun::IpAddress alice = stun::IpAddress::v4({198, 51, 100, 7});
const stun::IpAddress bob = stun::IpAddress::v4({198, 51, 100, 8});
constexpr WallTime start{1'700'000'000};

std::array<std::byte, 32> key(unsigned seed) {
  std::array<std::byte, 32> bytes;
  bytes.fill(static_cast<std::byte>(seed));
  return bytes;
}

std::string text(const Nonce& nonce) { return {nonce.data(), nonce.size()}; }

WallTime later(std::int64_t seconds) { return {start.seconds + seconds}; }

TEST_CASE("base64 is that of RFC 4648", "[auth]") {
  const auto encode = []<std::size_t n>(const char(&bytes)[n]) {
    std::array<std::byte, n - 1> array;
    for (std::size_t i = 0; i < n - 1; ++i) array[i] = static_cast<std::byte>(bytes[i]);
    const auto encoded = base64(array);
    return std::string(encoded.data(), encoded.size());
  };
  CHECK(encode("f") == "Zg==");
  CHECK(encode("fo") == "Zm8=");
  CHECK(encode("foo") == "Zm9v");
  CHECK(encode("foob") == "Zm9vYg==");
  CHECK(encode("fooba") == "Zm9vYmE=");
  CHECK(encode("foobar") == "Zm9vYmFy");
  CHECK(encode("\xff\xfe\xfb") == "//77");
}

TEST_CASE("a nonce starts with the nonce cookie and its feature bits", "[auth][rfc8489-9.2]") {
  const auto [algorithms, anonymity, digits] = GENERATE(table<bool, bool, std::string>({
      {false, false, "AAAA"},
      {true, false, "gAAA"},
      {false, true, "QAAA"},
      {true, true, "wAAA"},
  }));
  const NonceSigner signer(key(1), {algorithms, anonymity}, 600s);
  const std::string nonce = text(signer.issue(alice, start));
  CHECK(nonce.substr(0, 13) == "obMatJos2" + digits);
  CHECK(nonce.substr(13, 8) == "6553f100");
  CHECK(features_of(nonce).password_algorithms == algorithms);
  CHECK(features_of(nonce).username_anonymity == anonymity);
  for (const char c : nonce) CHECK((c > ' ' && c < 0x7f && c != '"' && c != '\\'));
}

TEST_CASE("other nonces claim no features", "[auth][rfc8489-9.2]") {
  for (const auto nonce : {"", "obMatJos2", "obMatJos2gAA", "obMatJos3gAAA", "xobMatJos2gAAA"}) {
    CAPTURE(nonce);
    CHECK_FALSE(features_of(nonce).password_algorithms);
  }
}

TEST_CASE("a nonce lives for its lifetime", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 600s);
  const std::string nonce = text(signer.issue(alice, start));
  CHECK(signer.valid(nonce, alice, start));
  CHECK(signer.valid(nonce, alice, later(599)));
  CHECK_FALSE(signer.valid(nonce, alice, later(600)));
  CHECK_FALSE(signer.valid(nonce, alice, later(1'000'000)));
}

TEST_CASE("a nonce may come from a clock a little ahead", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 600s);
  const std::string nonce = text(signer.issue(alice, start));
  CHECK(signer.valid(nonce, alice, later(-5)));
  CHECK_FALSE(signer.valid(nonce, alice, later(-6)));
}

TEST_CASE("lifetime 0 is for ever", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 0s);
  CHECK(signer.valid(text(signer.issue(alice, start)), alice, later(100'000'000)));
}

TEST_CASE("the 32 bits of time may wrap", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 600s);
  const WallTime end_of_32_bits{0xffff'fff0};
  const std::string nonce = text(signer.issue(alice, end_of_32_bits));
  CHECK(signer.valid(nonce, alice, {end_of_32_bits.seconds + 100}));
  CHECK_FALSE(signer.valid(nonce, alice, {end_of_32_bits.seconds + 600}));
}

TEST_CASE("a forged nonce is not valid", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 600s);
  const std::string nonce = text(signer.issue(alice, start));

  SECTION("another client's") { CHECK_FALSE(signer.valid(nonce, bob, start)); }
  SECTION("another key's") {
    CHECK_FALSE(NonceSigner(key(2), {true, true}, 600s).valid(nonce, alice, start));
  }
  SECTION("of a server that offers something else") {
    CHECK_FALSE(NonceSigner(key(1), {false, true}, 600s).valid(nonce, alice, start));
  }
  SECTION("with any bit changed") {
    for (std::size_t bit = 0; bit < nonce.size() * 8; ++bit) {
      std::string changed = nonce;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
      CAPTURE(changed);
      CHECK_FALSE(signer.valid(changed, alice, start));
    }
  }
  SECTION("with its digits in capitals") {
    std::string changed = nonce;
    changed[17] = 'F';
    REQUIRE(changed != nonce);
    CHECK_FALSE(signer.valid(changed, alice, start));
  }
  SECTION("cut short or made longer") {
    for (std::size_t size = 0; size < nonce.size(); ++size) {
      CHECK_FALSE(signer.valid(nonce.substr(0, size), alice, start));
    }
    CHECK_FALSE(signer.valid(nonce + 'A', alice, start));
  }
}

TEST_CASE("nonces differ from second to second", "[auth][rfc8489-9.2]") {
  const NonceSigner signer(key(1), {true, true}, 600s);
  CHECK(text(signer.issue(alice, start)) != text(signer.issue(alice, later(1))));
  CHECK(text(signer.issue(alice, start)).substr(21) !=
        text(signer.issue(alice, later(1))).substr(21));
}

}  // namespace
}  // namespace auth
