// Several certificates on one port: a client gets the one for the name that it asks for.
#include "relay/net/tls/identity.h"

#include <catch2/catch.hpp>

#include "relay/net/tls/engine.h"
#include "relay/net/tls/pem_file.h"
#include "tests/relay/net/tls/tls_client.h"

namespace relay::net::tls::test {
namespace {

IdentityFiles files_of(const TestIdentity& identity) {
  return {.certificate_file = identity.files.certificate_file, .key_file = identity.files.key_file};
}

/// The first name of the certificate that a client gets who asks for `name`; "" asks for nobody.
std::string shown(SslPointer server, Workspace& workspace, const std::string& name, int version) {
  TlsClient client(version);
  if (!name.empty()) SSL_set_tlsext_host_name(client.ssl(), name.c_str());
  const auto engine = Engine::begin(std::move(server), workspace);
  Buffer answer;
  for (int round = 0; round < 4 && !client.is_established(); ++round) {
    client.receive(answer);
    engine->read(client.take_output());
    const Bytes output = workspace.output();
    answer.assign(output.begin(), output.end());
    workspace.clear_output();
  }
  REQUIRE(client.is_established());
  const X509Pointer certificate(SSL_get1_peer_certificate(client.ssl()));
  return describe(*certificate).dns_names.at(0);
}

}  // namespace

TEST_CASE("a client gets the certificate for the name that it asks for", "[tls][rfc6066-3]") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TestIdentity turn({.dns = {"turn.example.org"}, .addresses = {}});
  TestIdentity any({.dns = {"*.example.org", "example.net"}, .addresses = {}});
  TestIdentity meet({.dns = {"meet.example.org"}, .addresses = {}});
  ContextOptions options = turn.options();
  options.further = {files_of(any), files_of(meet)};
  const Context context = Context::load(options).value();
  Workspace workspace;
  const auto asked = [&](const std::string& name) {
    return shown(context.new_connection(), workspace, name, version);
  };
  CHECK(asked("") == "turn.example.org");
  CHECK(asked("turn.example.org") == "turn.example.org");
  CHECK(asked("MEET.example.org") == "meet.example.org");
  CHECK(asked("other.example.org") == "*.example.org");
  CHECK(asked("example.net") == "*.example.org");
  CHECK(asked("a.b.example.org") == "turn.example.org");
  CHECK(asked("nobody.example.com") == "turn.example.org");
}

TEST_CASE("who shook hands half while certificates changed gets the old one", "[tls]") {
  TestIdentity old({.dns = {"old.example.org"}, .addresses = {}});
  TestIdentity further({.dns = {"further.example.org"}, .addresses = {}});
  TestIdentity next({.dns = {"next.example.org"}, .addresses = {}});
  ContextOptions options = old.options();
  options.further = {files_of(further)};
  SharedContext shared(Context::load(options).value());
  Workspace workspace;
  SslPointer begun = shared.new_connection();
  shared.replace(Context::load(next.options()).value());
  CHECK(shown(std::move(begun), workspace, "further.example.org", TLS1_3_VERSION) ==
        "further.example.org");
  CHECK(shown(shared.new_connection(), workspace, "further.example.org", TLS1_3_VERSION) ==
        "next.example.org");
}

TEST_CASE("each of several certificates must fit its key", "[tls]") {
  TestIdentity one, two, three;
  ContextOptions options = one.options();
  options.further = {files_of(two), files_of(three)};
  CHECK(Context::load(options).value().certificates().size() == 3);
  options.further[1].key_file = two.files.key_file;
  const auto context = Context::load(options);
  REQUIRE_FALSE(context);
  CHECK(context.error() == two.files.key_file + ": is not the key of the certificate in " +
                               three.files.certificate_file);
}

TEST_CASE("a chain that breaks off is told", "[tls]") {
  TestIdentity identity, other;
  const auto chain_with = [&](const std::string& behind) {
    identity.folder.write("chain.pem", identity.folder.read("server.pem") + behind);
    return describe(read_certificates(identity.folder / "chain.pem").value());
  };
  CHECK(chain_with("").gap_after == 0);
  CHECK(chain_with(identity.folder.read("ca.pem")).gap_after == 0);
  CHECK(chain_with(other.folder.read("ca.pem")).gap_after == 1);
}

}  // namespace relay::net::tls::test
