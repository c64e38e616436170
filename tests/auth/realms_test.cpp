// Several realms on one server, told apart by ORIGIN and REALM.
#include "auth/realms.h"

#include <catch2/catch.hpp>

#include "auth/origin.h"
#include "bench.h"

namespace auth {
namespace {

constexpr std::string_view site = "https://www.north.example";

/// "first.example" with lqf, and "north.example" with gorst, of the origin `site`.
class RealmsBench {
 public:
  RealmsBench() : realms_(configuration()) { realms_.set_wall_clock({1'700'000'000}, now); }

  /// What the client of that origin is asked for.
  Challenge challenge(std::string_view origin = {}) {
    const Verdict verdict = check({}, origin);
    std::vector<std::byte> buffer(1024);
    stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::error}, {});
    realms_.add_challenge(builder, client, std::get<Refused>(verdict).realm, now);
    const auto message = stun::MessageView::parse(builder.finish().value());
    return {.realm = std::string(stun::as_text(message->value(AttributeType::realm).value())),
            .nonce = std::string(stun::as_text(message->value(AttributeType::nonce).value())),
            .algorithms = {}};
  }

  static Request request(const Challenge& challenge, std::string_view name,
                         std::string_view password) {
    return {.username = std::string(name),
            .realm = challenge.realm,
            .nonce = challenge.nonce,
            .integrity = Integrity::sha1,
            .key = stun::long_term_key_md5(name, challenge.realm, password)};
  }

  Verdict check(const Request& request, std::string_view origin = {}) {
    std::vector<std::byte> buffer(4096);
    stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::request}, {});
    if (!origin.empty()) builder.add_text(AttributeType::origin, origin);
    if (request.username) builder.add_text(AttributeType::username, *request.username);
    if (request.realm) builder.add_text(AttributeType::realm, *request.realm);
    if (request.nonce) builder.add_text(AttributeType::nonce, *request.nonce);
    Signature{request.integrity, request.key}.sign(builder);
    bytes_.assign(buffer.begin(),
                  buffer.begin() + static_cast<std::ptrdiff_t>(builder.finish().value().size()));
    return realms_.check(stun::MessageView::parse(bytes_).value(), client, now);
  }

  Time now = Time{} + 1000h;
  stun::IpAddress client = stun::IpAddress::v4({198, 51, 100, 7});

 private:
  static std::vector<RealmConfig> configuration() {
    RealmConfig first, north;
    first.credentials.realm = "first.example";
    first.credentials.users = {{"lqf", "123456", {}}};
    first.credentials.nonce_key.fill(std::byte{0x4b});
    north.credentials.realm = "north.example";
    north.credentials.users = {{"gorst", "hero", {}}};
    north.origins = {std::string(site)};
    return {first, north};
  }

  Realms realms_;
  std::vector<std::byte> bytes_;
};

}  // namespace

TEST_CASE("an origin has one spelling", "[auth][origin]") {
  const auto spelt = [](std::string_view text) {
    const auto origin = Origin::parse(text);
    return origin ? std::string(origin->text()) : "none";
  };
  CHECK(spelt("HTTPS://Example.ORG") == "https://example.org");
  CHECK(spelt("https://example.org/") == "https://example.org");
  CHECK(spelt("https://example.org:443") == "https://example.org");
  CHECK(spelt("http://example.org:80/") == "http://example.org");
  CHECK(spelt("http://example.org:443") == "http://example.org:443");
  CHECK(spelt("https://example.org:8443") == "https://example.org:8443");
  CHECK(spelt("null") == "none");
  CHECK(spelt("") == "none");
  CHECK(spelt("/") == "none");
  CHECK(spelt(std::string(Origin::max_size, 'x')).size() == Origin::max_size);
  CHECK(spelt(std::string(Origin::max_size + 1, 'x')) == "none");
}

TEST_CASE("ORIGIN says which realm a client is asked for", "[auth][origin]") {
  RealmsBench bench;
  CHECK(bench.challenge().realm == "first.example");
  CHECK(bench.challenge(site).realm == "north.example");
  CHECK(bench.challenge("HTTPS://www.north.example:443/").realm == "north.example");
  CHECK(bench.challenge("https://elsewhere.example").realm == "first.example");
  CHECK(bench.challenge("null").realm == "first.example");
}

TEST_CASE("each realm has its own users", "[auth][origin]") {
  RealmsBench bench;
  const Challenge first = bench.challenge(), north = bench.challenge(site);
  CHECK(to_string(bench.check(bench.request(first, "lqf", "123456"))) == "accepted lqf");
  const Verdict gorst = bench.check(bench.request(north, "gorst", "hero"), site);
  CHECK(to_string(gorst) == "accepted gorst");
  CHECK(std::get<Accepted>(gorst).realm == "north.example");
  CHECK(to_string(bench.check(bench.request(first, "gorst", "hero"))) == "401 unknown user");
  CHECK(to_string(bench.check(bench.request(north, "lqf", "123456"), site)) == "401 unknown user");
}

TEST_CASE("once asked, a client is known by its REALM", "[auth][origin]") {
  RealmsBench bench;
  const Challenge north = bench.challenge(site);
  CHECK(to_string(bench.check(bench.request(north, "gorst", "hero"))) == "accepted gorst");
}

TEST_CASE("a page cannot ask for the realm of another", "[auth][origin]") {
  RealmsBench bench;
  const Challenge first = bench.challenge();
  const Verdict verdict = bench.check(bench.request(first, "lqf", "123456"), site);
  CHECK(to_string(verdict) == "401 wrong realm");
  CHECK(std::get<Refused>(verdict).realm == "north.example");
}

TEST_CASE("the nonce of one realm is no good in another", "[auth][origin]") {
  RealmsBench bench;
  Challenge mixed = bench.challenge(site);
  mixed.nonce = bench.challenge().nonce;
  CHECK(to_string(bench.check(bench.request(mixed, "gorst", "hero"), site)) == "438 stale nonce");
}

TEST_CASE("an unknown realm is refused with the first", "[auth][origin]") {
  RealmsBench bench;
  Challenge wrong = bench.challenge();
  wrong.realm = "nowhere.example";
  const Verdict verdict = bench.check(bench.request(wrong, "lqf", "123456"));
  CHECK(to_string(verdict) == "401 wrong realm");
  CHECK(std::get<Refused>(verdict).realm == "first.example");
}

}  // namespace auth
