// RFC 8489 9.2.4: one test a rule, in the order of the section.
#include "auth/long_term.h"

#include <catch2/catch.hpp>

#include "tests/auth/bench.h"
#include "tests/support/hex.h"

namespace auth {
namespace {

TEST_CASE("a request without integrity is challenged, whatever else it lacks",
          "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  CHECK(to_string(bench.check({})) == "401 no credentials");
  Request unsigned_request = bench.md5_request("lqf", "123456");
  unsigned_request.integrity = Integrity::none;
  CHECK(to_string(bench.check(unsigned_request)) == "401 no credentials");
  unsigned_request.nonce.reset();
  CHECK(to_string(bench.check(unsigned_request)) == "401 no credentials");
}

TEST_CASE("a challenge has realm, nonce and the algorithms", "[auth][rfc8489-9.2.4]") {
  const Challenge challenge = Bench(config_with_user()).challenge();
  CHECK(challenge.realm == "nort.gov");
  CHECK(challenge.nonce.size() == 37);
  CHECK(challenge.nonce.starts_with("obMatJos2wAAA"));
  CHECK(challenge.algorithms == both);
}

TEST_CASE("integrity without name, realm or nonce is a bad request", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  Request request = bench.md5_request("lqf", "123456");
  SECTION("no USERNAME nor USERHASH") { request.username.reset(); }
  SECTION("no REALM") { request.realm.reset(); }
  SECTION("no NONCE") { request.nonce.reset(); }
  SECTION("a USERNAME beyond its limit") { request.username = std::string(509, 'a'); }
  CHECK(to_string(bench.check(request)) == "400 credentials incomplete");
}

TEST_CASE("a client of the obsolete RFC 5389 gets in with MD5 and SHA-1", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const Request request = bench.md5_request("lqf", "123456");
  const Verdict verdict = bench.check(request);
  REQUIRE(to_string(verdict) == "accepted lqf");
  const auto& accepted = std::get<Accepted>(verdict);
  CHECK(accepted.realm == "nort.gov");
  CHECK(accepted.signature.algorithm == Integrity::sha1);
  CHECK(accepted.signature.key == request.key);
}

TEST_CASE("a client of RFC 8489 gets in with SHA-256", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const Request request = bench.sha256_request("gorst", "hero");
  const Verdict verdict = bench.check(request);
  REQUIRE(to_string(verdict) == "accepted gorst");
  CHECK(std::get<Accepted>(verdict).signature.algorithm == Integrity::sha256);
  CHECK(std::get<Accepted>(verdict).signature.key == request.key);
}

TEST_CASE("key and integrity algorithm are chosen apart", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  SECTION("MESSAGE-INTEGRITY-SHA256 under an MD5 key") {
    Request request = bench.md5_request("lqf", "123456");
    request.integrity = Integrity::sha256;
    CHECK(to_string(bench.check(request)) == "accepted lqf");
  }
  SECTION("MD5 chosen from the offer") {
    Request request = bench.md5_request("lqf", "123456");
    request.algorithms = both;
    request.algorithm = PasswordAlgorithm::md5;
    CHECK(to_string(bench.check(request)) == "accepted lqf");
  }
  SECTION("an algorithm chosen, the key of the other") {
    Request request = bench.sha256_request("lqf", "123456");
    request.key = stun::long_term_key_md5("lqf", "nort.gov", "123456");
    CHECK(to_string(bench.check(request)) == "401 wrong password");
  }
}

TEST_CASE("MESSAGE-INTEGRITY-SHA256 decides where both are present", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const Request right = bench.md5_request("lqf", "123456");
  const stun::IntegrityKey wrong_key = stun::long_term_key_md5("lqf", "nort.gov", "wrong");
  const bool sha256_is_right = GENERATE(true, false);
  std::vector<std::byte> buffer(512);
  stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::request}, {});
  builder.add_text(AttributeType::username, *right.username);
  builder.add_text(AttributeType::realm, *right.realm);
  builder.add_text(AttributeType::nonce, *right.nonce);
  builder.add_integrity(sha256_is_right ? wrong_key : right.key);
  builder.add_integrity_sha256(sha256_is_right ? right.key : wrong_key);
  const auto message = stun::MessageView::parse(builder.finish().value());
  const Verdict verdict = bench.authenticator.check(*message, bench.client, bench.now);
  CHECK(to_string(verdict) == (sha256_is_right ? "accepted lqf" : "401 wrong password"));
}

TEST_CASE("who strikes SHA-256 off the offer is found out", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  Request request = bench.md5_request("lqf", "123456");
  SECTION("by the list that the client saw") {
    request.algorithms = {{PasswordAlgorithm::md5}};
    request.algorithm = PasswordAlgorithm::md5;
    CHECK(to_string(bench.check(request)) == "400 password algorithms do not match");
  }
  SECTION("by its order") {
    request.algorithms = {{PasswordAlgorithm::md5, PasswordAlgorithm::sha256}};
    request.algorithm = PasswordAlgorithm::md5;
    CHECK(to_string(bench.check(request)) == "400 password algorithms do not match");
  }
  SECTION("by a nonce whose feature bits were cleared") {
    request.nonce->replace(9, 4, "AAAA");
    CHECK(to_string(bench.check(request)) == "438 stale nonce");
  }
}

TEST_CASE("PASSWORD-ALGORITHM and the list come together or not at all", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  Request request = bench.sha256_request("lqf", "123456");
  SECTION("the choice alone") { request.algorithms.reset(); }
  SECTION("the list alone") { request.algorithm.reset(); }
  SECTION("a choice that is not on the list") {
    request.algorithm = static_cast<PasswordAlgorithm>(3);
  }
  SECTION("a list with one more") {
    request.algorithms->push_back(static_cast<PasswordAlgorithm>(3));
  }
  SECTION("an empty list") { request.algorithms->clear(); }
  CHECK(to_string(bench.check(request)) == "400 password algorithms do not match");
}

TEST_CASE("the algorithms are judged before user and realm", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  Request request = bench.sha256_request("nobody", "x");
  request.realm = "elsewhere";
  request.algorithm.reset();
  CHECK(to_string(bench.check(request)) == "400 password algorithms do not match");
}

TEST_CASE("another realm, user or password is answered 401", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  Request request = bench.md5_request("lqf", "123456");
  SECTION("realm") {
    request.realm = "north.gov";
    CHECK(to_string(bench.check(request)) == "401 wrong realm");
  }
  SECTION("user") {
    request.username = "lqf2";
    const Verdict verdict = bench.check(request);
    CHECK(to_string(verdict) == "401 unknown user");
    CHECK(std::get<Refused>(verdict).username == "lqf2");
  }
  SECTION("an empty name") {
    request.username = "";
    CHECK(to_string(bench.check(request)) == "401 unknown user");
  }
  SECTION("an empty key, which the check of unknown users uses") {
    request.username = "lqf2";
    request.key = stun::IntegrityKey();
    CHECK(to_string(bench.check(request)) == "401 unknown user");
  }
  SECTION("password") {
    request.key = stun::long_term_key_md5("lqf", "nort.gov", "12345");
    CHECK(to_string(bench.check(request)) == "401 wrong password");
  }
  SECTION("another user's password") {
    request.key = stun::long_term_key_md5("gorst", "nort.gov", "hero");
    CHECK(to_string(bench.check(request)) == "401 wrong password");
  }
}

TEST_CASE("one flipped bit anywhere is refused", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const auto good = bench.sha256_request("lqf", "123456").encode();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= std::byte{1} << bit % 8;
    const auto message = stun::MessageView::parse(bad);
    if (!message) continue;
    CAPTURE(bit);
    const Verdict verdict = bench.authenticator.check(*message, bench.client, bench.now);
    CHECK(std::holds_alternative<Refused>(verdict));
  }
}

TEST_CASE("a stale nonce is told only to who knows the password", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const Request right = bench.md5_request("lqf", "123456");
  const Request wrong = bench.md5_request("lqf", "654321");
  bench.now += 599s;
  CHECK(to_string(bench.check(right)) == "accepted lqf");
  bench.now += 1s;
  CHECK(to_string(bench.check(right)) == "438 stale nonce");
  CHECK(to_string(bench.check(wrong)) == "401 wrong password");
  CHECK(to_string(bench.check(bench.md5_request("lqf", "123456"))) == "accepted lqf");
}

TEST_CASE("a nonce is good for its client's address alone", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const Request request = bench.md5_request("lqf", "123456");
  bench.client = stun::IpAddress::v4({198, 51, 100, 8});
  CHECK(to_string(bench.check(request)) == "438 stale nonce");
}

TEST_CASE("workers with one nonce key know each other's nonces", "[auth][rfc8489-9.2.4]") {
  Bench one(config_with_user()), two(config_with_user());
  two.now += 2s;
  CHECK(to_string(two.check(one.md5_request("lqf", "123456"))) == "accepted lqf");
  LongTermConfig other = config_with_user();
  other.nonce_key.fill(std::byte{0x4c});
  Bench stranger(other);
  CHECK(to_string(stranger.check(one.md5_request("lqf", "123456"))) == "438 stale nonce");
}

TEST_CASE("a USERHASH names a static user", "[auth][rfc8489-9.2.4][rfc8489-14.4]") {
  Bench bench(config_with_user());
  Request request = bench.sha256_request("gorst", "hero");
  request.username.reset();
  request.user_hash = stun::user_hash("gorst", "nort.gov");
  CHECK(to_string(bench.check(request)) == "accepted gorst");
  request.user_hash = stun::user_hash("gorst", "north.gov");
  CHECK(to_string(bench.check(request)) == "401 unknown user");
}

TEST_CASE("anonymity is promised where every name is known beforehand", "[auth][rfc8489-18.1]") {
  const auto features = [](const LongTermConfig& config) {
    return Bench(config).challenge().nonce.substr(9, 4);
  };
  LongTermConfig config = config_with_user();
  CHECK(features(config) == "wAAA");
  SECTION("not with time-limited names") {
    config.secrets = {"logen"};
    CHECK(features(config) == "gAAA");
  }
  SECTION("not with users of elsewhere, whose keys may be of one kind as well") {
    config.external_users = true;
    CHECK(features(config) == "AAAA");
  }
  SECTION("a user with an MD5 key takes SHA-256 off the offer") {
    config.users.push_back({"old", "", stun::long_term_key_md5("old", "nort.gov", "x")});
    CHECK(features(config) == "QAAA");
    CHECK_FALSE(Bench(config).challenge().algorithms);
  }
}

TEST_CASE("a user may be a key of either kind", "[auth][rfc8489-9.2.2]") {
  LongTermConfig config = config_with_user();
  SECTION("MD5") {
    config.users = {{"old", "", stun::long_term_key_md5("old", "nort.gov", "x")}};
    Bench bench(config);
    CHECK(to_string(bench.check(bench.md5_request("old", "x"))) == "accepted old");
    CHECK(to_string(bench.check(bench.md5_request("old", "y"))) == "401 wrong password");
    // SHA-256 was not offered: who claims so was lied to, or lies.
    CHECK(to_string(bench.check(bench.sha256_request("old", "x"))) == "401 wrong password");
  }
  SECTION("SHA-256") {
    config.users = {{"new", "", stun::long_term_key_sha256("new", "nort.gov", "x")}};
    Bench bench(config);
    CHECK(bench.challenge().algorithms == both);
    CHECK(to_string(bench.check(bench.sha256_request("new", "x"))) == "accepted new");
    Request md5_request = bench.md5_request("new", "x");
    CHECK(to_string(bench.check(md5_request)) == "401 wrong password");
    // Where the key is missing, an empty one does not stand in for it.
    md5_request.key = stun::IntegrityKey();
    CHECK(to_string(bench.check(md5_request)) == "401 wrong password");
  }
}

TEST_CASE("keys that turnadmin makes are the keys of their users", "[auth][rfc8489-9.2.2]") {
  CHECK(support::to_hex(
            stun::long_term_key_md5("ninefingers", "north.gov", "youhavetoberealistic").bytes()) ==
        "bc807ee29df3c9ffa736523fb2c4e8ee");
  CHECK(support::to_hex(stun::long_term_key_md5("gorst", "north.gov", "hero").bytes()) ==
        "7da2270ccfa49786e0115366d3a3d14d");
}

TEST_CASE("the response is signed as the request was", "[auth][rfc8489-9.2.4]") {
  Bench bench(config_with_user());
  const bool sha256 = GENERATE(true, false);
  const Request request =
      sha256 ? bench.sha256_request("lqf", "123456") : bench.md5_request("lqf", "123456");
  const Verdict verdict = bench.check(request);
  std::vector<std::byte> buffer(200);
  stun::MessageBuilder response(buffer, {stun::Method::refresh, stun::Class::success}, {});
  std::get<Accepted>(verdict).signature.sign(response);
  const auto message = stun::MessageView::parse(response.finish().value());
  CHECK(message->has(AttributeType::message_integrity) == !sha256);
  CHECK(message->has(AttributeType::message_integrity_sha256) == sha256);
  CHECK((sha256 ? verify_integrity_sha256(*message, request.key)
                : verify_integrity(*message, request.key)));
}

TEST_CASE("anonymous access takes everybody and signs nothing", "[auth]") {
  Anonymous anonymous;
  const auto bytes = Request{}.encode();
  const auto verdict = anonymous.check(*stun::MessageView::parse(bytes), {}, {});
  REQUIRE(to_string(verdict) == "accepted ");
  CHECK(std::get<Accepted>(verdict).signature.algorithm == Integrity::none);
}

}  // namespace
}  // namespace auth
