#include "auth/base64.h"

#include <catch2/catch.hpp>
#include <string>

#include "stun/byte_order.h"

namespace auth {
namespace {

TEST_CASE("base64 decodes to what it was made of", "[auth][rfc4648-10]") {
  const auto [text, plain] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                       {"Zg==", "f"},
                                                                       {"Zm8=", "fo"},
                                                                       {"Zm9v", "foo"},
                                                                       {"Zm9vYg==", "foob"},
                                                                       {"Zm9vYmE=", "fooba"},
                                                                       {"Zm9vYmFy", "foobar"}}));
  const auto bytes = decode_base64(text);
  REQUIRE(bytes);
  CHECK(stun::as_text(*bytes) == plain);
}

TEST_CASE("what is not base64 is found at its place", "[auth][rfc4648-3.3]") {
  const auto [text, at] = GENERATE(table<std::string, std::size_t>({{"Zm9v!mFy", 4},
                                                                    {"Zm9-", 3},
                                                                    {"Zg=", 3},
                                                                    {"Zg", 2},
                                                                    {"=", 1},
                                                                    {"Z===", 1},
                                                                    {"Zh==", 4},
                                                                    {"Zm9=v", 3},
                                                                    {"Zm9v\n", 4}}));
  CAPTURE(text);
  const auto bytes = decode_base64(text);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error() == at);
}

}  // namespace
}  // namespace auth
