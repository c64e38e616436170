// The folder of our own certificate, when root is given up.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "relay/process/hand_over.h"
#include "tests/support/temporary_directory.h"

namespace relay::process {
namespace {

constexpr unsigned nobody = 65534;

unsigned owner_of(const std::string& file) {
  struct stat status{};
  REQUIRE(::lstat(file.c_str(), &status) == 0);
  return status.st_uid;
}

}  // namespace

TEST_CASE("a folder of our own goes to the user that the process becomes", "[process][tls]") {
  const TemporaryDirectory folder;
  folder.write("server.pem", "x");
  const Identity identity{.user = nobody, .change_user = true};
  const unsigned expected = ::geteuid() == 0 ? nobody : ::geteuid();
  SECTION("as a whole") {
    REQUIRE(hand_over(folder / "", identity).has_value());
    CHECK(owner_of(folder / "server.pem") == expected);
    CHECK(owner_of(folder / "") == expected);
  }
  SECTION("not when something else is in it") {
    folder.write("precious", "x");
    CHECK(hand_over(folder / "", identity).has_value() == (::geteuid() != 0));
    CHECK(owner_of(folder / "server.pem") == ::geteuid());
    CHECK(owner_of(folder / "precious") == ::geteuid());
  }
  SECTION("not when a link leads out of it") {
    REQUIRE(::symlink("/dev/null", (folder / "ca.pem").c_str()) == 0);
    CHECK(hand_over(folder / "", identity).has_value() == (::geteuid() != 0));
    CHECK(owner_of(folder / "server.pem") == ::geteuid());
  }
  SECTION("not when no user is changed") {
    REQUIRE(hand_over(folder / "", {}).has_value());
    CHECK(owner_of(folder / "server.pem") == ::geteuid());
  }
}

}  // namespace relay::process
