// TLS without a socket: any cut of the ciphertext, few records, little memory, failures in words.
#include "relay/net/tls/engine.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>
#include <random>

#include "tests/relay/net/tls/tls_client.h"
#include "tests/support/heap_count.h"

namespace relay::net::tls::test {
namespace {

Buffer random_bytes(std::size_t size, std::mt19937& random) {
  Buffer bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// A client and an engine that have each other's bytes in pieces.
struct Pair {
  explicit Pair(const Context& context, Workspace& workspace, int version = TLS1_3_VERSION)
      : client(version), engine(Engine::begin(context.new_connection(), workspace)) {
    REQUIRE(engine);
  }

  Buffer take_engine_output() {
    Buffer bytes(engine->workspace().output().begin(), engine->workspace().output().end());
    engine->workspace().clear_output();
    return bytes;
  }

  /// What the client has to say, in pieces of at most `piece` bytes; gives the plain bytes.
  Buffer to_engine(std::size_t piece = SIZE_MAX) {
    Buffer plain;
    const Buffer bytes = client.take_output();
    for (Bytes rest = bytes; !rest.empty();) {
      const std::size_t size = std::min({piece, rest.size(), Workspace::max_input});
      const Engine::Input input = engine->read(rest.first(size));
      plain.insert(plain.end(), input.plain.begin(), input.plain.end());
      rest = rest.subspan(size);
      const Buffer answer = take_engine_output();
      answers.insert(answers.end(), answer.begin(), answer.end());
    }
    return plain;
  }

  void shake_hands(std::size_t piece = SIZE_MAX) {
    for (int round = 0; round < 4 && !(client.is_established() && engine->is_established());
         ++round) {
      client.receive(std::exchange(answers, {}));
      to_engine(piece);
    }
    client.receive(std::exchange(answers, {}));
    REQUIRE(client.is_established());
    REQUIRE(engine->is_established());
  }

  TlsClient client;
  std::unique_ptr<Engine> engine;
  Buffer answers;
};

/// Of TLS records that follow each other.
std::size_t record_count(Bytes stream) {
  std::size_t count = 0;
  for (; !stream.empty(); ++count) {
    REQUIRE(stream.size() >= 5);
    const std::size_t size = 5 + stun::load_u16(stream, 3);
    REQUIRE(stream.size() >= size);
    stream = stream.subspan(size);
  }
  return count;
}

}  // namespace

TEST_CASE("a handshake and data arrive whole, cut anywhere", "[tls]") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const std::size_t piece = GENERATE(1u, 7u, 1000u);
  CAPTURE(version, piece);
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace, version);
  pair.shake_hands(piece);

  std::mt19937 random(42);
  for (int round = 0; round < 20; ++round) {
    const Buffer up = random_bytes(1 + random() % 20'000, random);
    pair.client.send(up);
    CHECK(pair.to_engine(1 + random() % 3000) == up);

    const Buffer down = random_bytes(1 + random() % 40'000, random);
    pair.engine->append(down);
    pair.engine->seal();
    const Buffer sealed = pair.take_engine_output();
    Buffer got;
    for (Bytes rest = sealed; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 3000);
      const Buffer part = pair.client.receive(rest.first(size));
      got.insert(got.end(), part.begin(), part.end());
      rest = rest.subspan(size);
    }
    CHECK(got == down);
  }
}

TEST_CASE("all records of one reception are given at once", "[tls]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace);
  pair.shake_hands();
  std::mt19937 random(1);
  Buffer all;
  for (int i = 0; i < 50; ++i) {
    const Buffer message = random_bytes(1200, random);
    pair.client.send(message);
    all.insert(all.end(), message.begin(), message.end());
  }
  const Buffer ciphertext = pair.client.take_output();
  REQUIRE(record_count(ciphertext) == 50);
  CHECK(std::ranges::equal(pair.engine->read(ciphertext).plain, all));
}

TEST_CASE("what is gathered leaves in one record, up to 16 kB", "[tls]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace);
  pair.shake_hands();
  const Buffer message(1100);
  const auto records_of = [&](int messages) {
    for (int i = 0; i < messages; ++i) pair.engine->append(message);
    pair.engine->seal();
    return record_count(pair.take_engine_output());
  };
  CHECK(records_of(1) == 1);
  CHECK(records_of(14) == 1);
  CHECK(records_of(15) == 2);
  CHECK(records_of(0) == 0);
}

TEST_CASE("an idle session holds less than 14 kB", "[tls]") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  constexpr int sessions = 50;
  std::vector<std::unique_ptr<Engine>> engines;
  std::int64_t held = 0;
  for (int i = 0; i < sessions; ++i) {
    const std::int64_t before = support::heap_in_use().bytes;
    {
      Pair pair(context, workspace, version);
      pair.shake_hands();
      pair.client.send(Buffer(1000));
      pair.to_engine();
      pair.engine->append(Buffer(1000));
      pair.engine->seal();
      pair.take_engine_output();
      engines.push_back(std::move(pair.engine));
    }
    held = support::heap_in_use().bytes - before;
  }
  CHECK(held < 14'000);
}

TEST_CASE("garbage, an old version and a torn record fail in words", "[tls]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace, TLS1_1_VERSION);
  SECTION("an old version") {
    pair.client.receive({});
    const Engine::Input input = pair.engine->read(pair.client.take_output());
    CHECK(input.ended);
    CHECK(input.failure == "unsupported protocol");
    CHECK_FALSE(workspace.output().empty());  // the alert
  }
  SECTION("garbage") {
    const Engine::Input input = pair.engine->read(Buffer(100, std::byte{0x16}));
    CHECK(input.ended);
    CHECK_FALSE(input.failure.empty());
  }
  SECTION("a record that somebody changed") {
    Pair other(context, workspace);
    other.shake_hands();
    other.client.send(Buffer(100));
    Buffer bytes = other.client.take_output();
    bytes.back() ^= std::byte{1};
    const Engine::Input input = other.engine->read(bytes);
    CHECK(input.ended);
    CHECK(input.failure == "decryption failed or bad record mac");
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a good-bye is an orderly end, in both directions", "[tls]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace);
  pair.shake_hands();
  SECTION("of the client") {
    SSL_shutdown(pair.client.ssl());
    const Engine::Input input = pair.engine->read(pair.client.take_output());
    CHECK(input.ended);
    CHECK(input.failure.empty());
  }
  SECTION("of the server") {
    pair.engine->close();
    pair.client.receive(pair.take_engine_output());
    CHECK((SSL_get_shutdown(pair.client.ssl()) & SSL_RECEIVED_SHUTDOWN) != 0);
  }
}

TEST_CASE("a client cannot have the handshake again", "[tls]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace, TLS1_2_VERSION);
  pair.shake_hands();
  REQUIRE(SSL_renegotiate(pair.client.ssl()) == 1);
  SSL_do_handshake(pair.client.ssl());
  pair.to_engine();
  pair.client.receive(std::exchange(pair.answers, {}));
  CHECK(ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

TEST_CASE("the protocol is one that both speak, or none was asked for", "[tls][rfc7443]") {
  TestIdentity identity;
  const Context context = Context::load(identity.options()).value();
  Workspace workspace;
  Pair pair(context, workspace);
  const auto offer = [&](const std::string& list) {
    SSL_set_alpn_protos(pair.client.ssl(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  };
  const auto chosen = [&] {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(pair.client.ssl(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
  };
  SECTION("TURN") {
    offer("\x08http/1.1\x09stun.turn");
    pair.shake_hands();
    CHECK(chosen() == "stun.turn");
  }
  SECTION("HTTP") {
    offer("\x02h2\x08http/1.1");
    pair.shake_hands();
    CHECK(chosen() == "http/1.1");
  }
  SECTION("nothing asked for") {
    pair.shake_hands();
    CHECK(chosen().empty());
  }
  SECTION("nothing in common") {
    offer("\x02h2");
    pair.client.receive({});
    const Engine::Input input = pair.engine->read(pair.client.take_output());
    CHECK(input.failure == "no application protocol");
  }
}

}  // namespace relay::net::tls::test
