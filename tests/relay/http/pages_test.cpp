// What browsers are given: the built-in pages, or the files of a folder and nothing beside it.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <fstream>

#include "relay/http/folder.h"
#include "relay/http/media_type.h"
#include "relay/http/site.h"
#include "tests/support/temporary_directory.h"

namespace relay::http {
namespace {

struct PagesBench {
  explicit PagesBench(std::unique_ptr<Folder> folder = nullptr)
      : site({.has_pages = true}, [] { return std::string(); }) {
    site.set_folder(std::move(folder));
  }
  Response get(const std::string& path, const std::string& fields = "",
               const std::string& method = "GET") const {
    const std::string text =
        method + " " + path + " HTTP/1.1\r\nHost: box.example:8098\r\n" + fields + "\r\n";
    const auto head = RequestHead::parse(text).value();
    return site.answer({.head = *head, .client = client, .entrance = entrance, .secure = secure});
  }
  Site site;
  stun::IpAddress client = stun::IpAddress::parse("203.0.113.7").value();
  net::Entrance entrance = net::Entrance::pages;
  bool secure = false;
};

std::string field(const Response& response, const std::string& name) {
  for (const auto& [each, value] : response.fields) {
    if (each == name) return value;
  }
  return "";
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string content_of(const Response& response) {
  REQUIRE(response.file != nullptr);
  std::string text(response.file_size, '\0');
  REQUIRE(::pread(response.file->number(), text.data(), text.size(),
                  static_cast<off_t>(response.file_from)) == static_cast<ssize_t>(text.size()));
  return text;
}

/// A folder with something in it and something beside it that must not be had.
struct FolderBench : PagesBench {
  FolderBench() {
    REQUIRE(::mkdir((outside / "www").c_str(), 0700) == 0);
    REQUIRE(::mkdir((outside / "www/sub").c_str(), 0700) == 0);
    write(outside / "secret.txt", "secret");
    write(outside / "www/index.html", "<p>home");
    write(outside / "www/map.js", "let map;");
    write(outside / "www/sub/index.html", "<p>sub");
    write(outside / "www/a b.txt", "blank");
    write(outside / "www/.hidden", "secret");
    REQUIRE(::symlink("../secret.txt", (outside / "www/out.txt").c_str()) == 0);
    REQUIRE(::symlink("..", (outside / "www/up").c_str()) == 0);
    REQUIRE(::symlink("/etc", (outside / "www/etc").c_str()) == 0);
    REQUIRE(::mkfifo((outside / "www/pipe").c_str(), 0600) == 0);
    site.set_folder(Folder::open(outside / "www").value());
  }
  TemporaryDirectory outside;
};

}  // namespace

TEST_CASE("the built-in pages come with strict headers and are not sent twice", "[http][pages]") {
  const std::array<web::File, 2> files{{{"index.html", "<p>call"}, {"call.js", "let call;"}}};
  const Pages pages(files);
  const auto get = [&](const std::string& path, const std::string& fields = "") {
    const std::string text = "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    const auto head = RequestHead::parse(text).value();
    return pages.find(head->path(), *head);
  };
  const auto page = get("/?room=a");
  REQUIRE(page.has_value());
  CHECK(page->content == "<p>call");
  CHECK(page->content_type == "text/html; charset=utf-8");
  CHECK(page->content_security_policy.starts_with("default-src 'none'; script-src 'self';"));
  CHECK(page->cache_control == "no-cache");
  CHECK(get("/call.js")->content_type == "text/javascript; charset=utf-8");
  const std::string etag = field(*page, "ETag");
  REQUIRE(etag.size() == 18);
  CHECK(field(*get("/call.js"), "ETag") != etag);
  for (const std::string& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    const auto again = get("/", "If-None-Match: " + known + "\r\n");
    CHECK(again->status == Status::not_modified);
    CHECK(again->content.empty());
    CHECK(field(*again, "ETag") == etag);
    CHECK(serialize(*again, {}).find("Content-Length") == std::string::npos);
  }
  CHECK(get("/", "If-None-Match: \"x\"\r\n")->status == Status::ok);
  for (const char* const path : {"/index.html", "/call", "//", "/.", "/%2e", "/Call.js"}) {
    CHECK(!get(path).has_value());
  }
}

TEST_CASE("what lies beside the pages is not embedded", "[http][pages]") {
  PagesBench bench;
  for (const char* const path : {"/README.md", "/CMakeLists.txt", "/embed.cmake", "/files.h"}) {
    CHECK(bench.get(path).status == Status::not_found);
  }
}

TEST_CASE("browsers that come to the TLS port without TLS are sent on", "[http][pages]") {
  PagesBench bench;
  bench.entrance = net::Entrance::secure_pages;
  const Response moved = bench.get("/?a=b");
  CHECK(moved.status == Status::moved_permanently);
  CHECK(moved.location == "https://box.example:8098/?a=b");
  CHECK(bench.get("/healthz").status == Status::ok);
  CHECK(bench.get("/", "X-Forwarded-For: 203.0.113.1\r\n").status == Status::ok);
  bench.secure = true;
  CHECK(bench.get("/").status == Status::ok);
}

TEST_CASE("without signaling there are no pages", "[http][pages]") {
  const Site site({}, [] { return std::string(); });
  const auto head = RequestHead::parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n").value();
  const Response answer = site.answer({.head = *head, .client = {}});
  CHECK(answer.content.starts_with("This port relays calls"));
}

TEST_CASE("a folder's files are served instead, with their types", "[http][pages]") {
  const FolderBench bench;
  CHECK(content_of(bench.get("/")) == "<p>home");
  CHECK(bench.get("/").content_type == "text/html; charset=utf-8");
  CHECK(content_of(bench.get("/map.js?v=1")) == "let map;");
  CHECK(bench.get("/map.js").content_type == "text/javascript; charset=utf-8");
  CHECK(content_of(bench.get("/sub/")) == "<p>sub");
  CHECK(content_of(bench.get("/a%20b.txt")) == "blank");
  CHECK(bench.get("/sub?x=y").location == "/sub/?x=y");
  const std::string etag = field(bench.get("/map.js"), "ETag");
  CHECK(bench.get("/map.js", "If-None-Match: " + etag + "\r\n").status == Status::not_modified);
  CHECK(serialize(bench.get("/map.js"), {}).find("\r\nContent-Length: 8\r\n") != std::string::npos);
  // Whoever wrote them may load scripts from elsewhere; types are not guessed all the same.
  CHECK(serialize(bench.get("/"), {}).find("Content-Security-Policy") == std::string::npos);
  CHECK(serialize(bench.get("/"), {}).find("nosniff") != std::string::npos);
  CHECK(bench.get("/healthz").content == "ok\n");
  CHECK(media_type_of("A.HTML") == "text/html; charset=utf-8");
  CHECK(media_type_of("no-extension") == "application/octet-stream");
}

TEST_CASE("a part of a file is had, as players of video want it", "[http][pages][rfc9110-14]") {
  const FolderBench bench;
  const Response whole = bench.get("/map.js");  // let map;
  CHECK(field(whole, "Accept-Ranges") == "bytes");
  const auto part = [&](const std::string& range, const std::string& fields = "") {
    return bench.get("/map.js", "Range: " + range + "\r\n" + fields);
  };
  for (const auto& [range, content, said] : std::vector<std::array<std::string, 3>>{
           {"bytes=0-1", "le", "bytes 0-1/8"},
           {"Bytes=4-", "map;", "bytes 4-7/8"},
           {"bytes=-2", "p;", "bytes 6-7/8"},
           {"bytes=-99", "let map;", "bytes 0-7/8"},
           {"bytes=7-18446744073709551615", ";", "bytes 7-7/8"}}) {
    CAPTURE(range);
    const Response response = part(range);
    CHECK(response.status == Status::partial_content);
    CHECK(content_of(response) == content);
    CHECK(field(response, "Content-Range") == said);
    CHECK(field(response, "ETag") == field(whole, "ETag"));
  }
  for (const std::string range : {"bytes=8-", "bytes=-0", "bytes=99-100"}) {
    CAPTURE(range);
    CHECK(part(range).status == Status::range_not_satisfiable);
    CHECK(field(part(range), "Content-Range") == "bytes */8");
  }
  for (const std::string range :
       {"bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "lines=0-1", "bytes=0x1-2", "bytes=a-",
        "bytes=18446744073709551616-", "bytes= 0-1", "bytes=--1", "0-1"}) {
    CAPTURE(range);
    CHECK(part(range).status == Status::ok);
    CHECK(content_of(part(range)) == "let map;");
  }
  CHECK(part("bytes=0-1", "If-Range: " + field(whole, "ETag") + "\r\n").status ==
        Status::partial_content);
  CHECK(part("bytes=0-1", "If-Range: \"another\"\r\n").status == Status::ok);
  CHECK(part("bytes=0-1", "If-Range: Sat, 21 Nov 2026 11:00:00 GMT\r\n").status == Status::ok);
  CHECK(bench.get("/map.js", "Range: bytes=0-1\r\n", "HEAD").status == Status::ok);
}

TEST_CASE("no path leads out of the folder", "[http][pages]") {
  const FolderBench bench;
  for (const char* const path : {"/../secret.txt",
                                 "/%2e%2e/secret.txt",
                                 "/sub/../../secret.txt",
                                 "/..%2fsecret.txt",
                                 "/sub/%2e%2e/%2E%2E/secret.txt",
                                 "/out.txt",
                                 "/up/secret.txt",
                                 "/etc/passwd",
                                 "/.hidden",
                                 "/%2ehidden",
                                 "/map.js%00.html",
                                 "/map.js/",
                                 "/sub//index.html",
                                 "//etc/passwd",
                                 "/..\\secret.txt",
                                 "/%5c..%5csecret.txt",
                                 "/%zz",
                                 "/%2",
                                 "/pipe",
                                 "/nowhere",
                                 "/up/",
                                 "/etc/",
                                 "/sub/./index.html"}) {
    CAPTURE(path);
    CHECK(bench.get(path).status == Status::not_found);
  }
  CHECK(!Folder::open("/nonexistent").has_value());
  CHECK(Folder::open("/etc/passwd").error().find("--web-root /etc/passwd: Not a directory") == 0);
}

}  // namespace relay::http
