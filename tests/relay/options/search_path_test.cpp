#include "relay/options/search_path.h"

#include "bench.h"

namespace relay::options {

TEST_CASE("a file is looked for where coturn looks for it", "[options]") {
  CHECK(search_path("turnserver.conf") ==
        Lines{"turnserver.conf", "./turnserver.conf", "./turnserver/turnserver.conf",
              "./coturn/turnserver.conf", "./etc/turnserver.conf",
              "./etc/turnserver/turnserver.conf", "./etc/coturn/turnserver.conf",
              "../etc/turnserver.conf", "../etc/turnserver/turnserver.conf",
              "../etc/coturn/turnserver.conf", "/etc/turnserver.conf",
              "/etc/turnserver/turnserver.conf", "/etc/coturn/turnserver.conf",
              "/usr/local/etc/turnserver.conf", "/usr/local/etc/turnserver/turnserver.conf",
              "/usr/local/etc/coturn/turnserver.conf"});
  CHECK(search_path("/a/b.conf") == Lines{"/a/b.conf"});
}

TEST_CASE("turnserver.conf anywhere goes before turnserver.yaml anywhere", "[options]") {
  CHECK(parsed({}, {{"/etc/turnserver.conf", "realm=flat"}, {"turnserver.yaml", "realm: yaml"}})
            .settings.realm == "flat");
  CHECK(parsed({}, {{"/etc/turnserver/turnserver.yaml", "realm: yaml"}}).config_file ==
        "/etc/turnserver/turnserver.yaml");
  CHECK(parsed({}).config_file.empty());
  CHECK(parsed({}).warnings.empty());
}

TEST_CASE("a file that was named is read by its ending", "[options]") {
  const std::map<std::string, std::string> files = {
      {"/etc/coturn/a.conf", "realm=a"}, {"b.yaml", "realm: b"}, {"c.yml", "realm: c"}};
  CHECK(parsed({"-c", "a.conf"}, files).settings.realm == "a");
  CHECK(parsed({"-c", "b.yaml"}, files).settings.realm == "b");
  CHECK(parsed({"-c", "c.yml"}, files).settings.realm == "c");
}

TEST_CASE("a named file that is missing is warned of, and an error when checking", "[options]") {
  CHECK(parsed({"-c", "gone.conf"}, {{"turnserver.conf", "realm=a"}}).warnings ==
        Lines{"-c: cannot find gone.conf; going on without a configuration file"});
  CHECK(failure({"-c", "gone.conf", "--check-config"}) == "-c: cannot find gone.conf");
}

TEST_CASE("a file that cannot be read is refused when it was named, else warned of", "[options]") {
  MemoryFiles files;
  files.unreadable = "/etc/turnserver.conf";
  const auto found = parse({}, files);
  REQUIRE(found);
  CHECK(found->warnings == Lines{"cannot read /etc/turnserver.conf: Permission denied; make it "
                                 "readable, or start with -n"});
  const auto named = parse({"-c", "/etc/turnserver.conf"}, files);
  REQUIRE_FALSE(named);
  CHECK(named.error().message ==
        "cannot read /etc/turnserver.conf: Permission denied; make it readable, or start with -n");
}

TEST_CASE("the reference needs no configuration file", "[options]") {
  MemoryFiles files;
  REQUIRE(parse({"--print-reference"}, files));
  CHECK(files.asked.empty());
}

TEST_CASE("the disk says which files are missing and which cannot be read", "[options]") {
  DiskReader disk;
  const auto missing = disk.read("/nonexistent/turnserver.conf");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().missing);
  const auto folder = disk.read("/");
  REQUIRE_FALSE(folder);
  CHECK_FALSE(folder.error().missing);
  const auto self = disk.read(TURNBOX_SOURCE_DIR "/CMakeLists.txt");
  REQUIRE(self);
  CHECK_THAT(*self, Catch::Contains("project(turnbox"));
}

}  // namespace relay::options
