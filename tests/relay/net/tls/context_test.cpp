// Certificates that do not fit are refused with the file and the reason.
#include "relay/net/tls/context.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "relay/net/tls/issue.h"
#include "relay/net/tls/pem_file.h"
#include "tests/relay/net/tls/tls_client.h"

namespace relay::net::tls::test {
namespace {

using namespace std::chrono_literals;

std::string complaint(const ContextOptions& options) {
  const auto context = Context::load(options);
  REQUIRE_FALSE(context);
  return context.error();
}

std::string encrypted(EVP_PKEY& key, const std::string& passphrase) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, EVP_aes_128_cbc(), passphrase.data(),
                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

mode_t mode_of(const std::string& file) {
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("an unfit certificate or key is named, with the reason", "[tls]") {
  TestIdentity identity, other;
  ContextOptions options = identity.options();
  const std::string file = identity.folder / "odd.pem";
  SECTION("missing") {
    options.certificate_file = file;
    CHECK(complaint(options) == file + ": No such file or directory");
  }
  SECTION("not PEM") {
    identity.folder.write("odd.pem", "hello");
    options.certificate_file = file;
    CHECK(complaint(options) == file + ": holds no certificate in PEM form");
    options = identity.options();
    options.key_file = file;
    CHECK(complaint(options) == file + ": holds no private key in PEM form");
  }
  SECTION("damaged") {
    std::string text = identity.folder.read("server.pem");
    text.replace(text.size() / 2, 8, "AAAAAAAA");
    identity.folder.write("odd.pem", text);
    options.certificate_file = file;
    CHECK_FALSE(complaint(options).empty());
  }
  SECTION("the key of another") {
    options.key_file = other.files.key_file;
    CHECK(complaint(options) == other.files.key_file + ": is not the key of the certificate in " +
                                    identity.files.certificate_file);
  }
  SECTION("an encrypted key") {
    const KeyPointer key = make_key();
    identity.folder.write("odd.pem", encrypted(*key, "open sesame"));
    options.key_file = file;
    CHECK(complaint(options) == file + ": is encrypted; give its passphrase with --pkey-pwd");
    options.passphrase = "wrong";
    CHECK(complaint(options) == file + ": the passphrase of --pkey-pwd is wrong");
  }
  SECTION("ciphers and curves that do not exist") {
    options.cipher_list = "ROT13";
    CHECK(complaint(options) == "--cipher-list ROT13: OpenSSL knows none of these");
    options = identity.options();
    options.curves = "banana";
    CHECK(complaint(options) ==
          "--ec-curve-name banana: OpenSSL has no such curve; prime256v1 is one");
  }
  SECTION("an authority that is none") {
    options.client_ca_file = file;
    CHECK(complaint(options) == file + ": No such file or directory");
  }
}

TEST_CASE("an encrypted key opens with its passphrase", "[tls]") {
  TestIdentity identity;
  const auto key = read_key(identity.files.key_file, "");
  identity.folder.write("locked.pem", encrypted(**key, "open sesame"));
  ContextOptions options = identity.options();
  options.key_file = identity.folder / "locked.pem";
  options.passphrase = "open sesame";
  CHECK(Context::load(options).has_value());
}

TEST_CASE("what a certificate says is told", "[tls]") {
  TestIdentity identity({.dns = {"turn.example.org"}, .addresses = {"192.0.2.1", "2001:db8::1"}});
  const Context context = Context::load(identity.options()).value();
  const Certificate& certificate = context.certificate();
  CHECK(certificate.names() == "turn.example.org, 192.0.2.1, 2001:db8::1");
  CHECK(certificate.is_for_address("192.0.2.1"));
  CHECK_FALSE(certificate.is_for_address("192.0.2.2"));
  CHECK_FALSE(certificate.self_signed);
  CHECK(certificate.fingerprint.size() == 32 * 3 - 1);
  CHECK(certificate.not_after > wall_clock() + 390 * 24h);
}

TEST_CASE("a self-made certificate stays until it must change", "[tls]") {
  const TemporaryDirectory folder;
  const Names names{.dns = {"box"}, .addresses = {"192.0.2.1"}};
  const WallTime now = wall_clock();
  const SelfMade files = keep_self_made(folder / "state", names, now).value();
  const auto certificate = [&] { return folder.read("state/server.pem"); };
  const std::string first = certificate(), authority = folder.read("state/ca.pem");
  CHECK(mode_of(files.key_file) == 0600);
  CHECK(mode_of(folder / "state/ca-key.pem") == 0600);
  CHECK(mode_of(files.authority_file) == 0644);

  SECTION("nothing is made again without need") {
    REQUIRE(keep_self_made(folder / "state", names, now + 300 * 24h));
    CHECK(certificate() == first);
  }
  SECTION("other names") {
    REQUIRE(keep_self_made(folder / "state", {.dns = {"box"}, .addresses = {"192.0.2.2"}}, now));
    CHECK(certificate() != first);
  }
  SECTION("near its end") {
    REQUIRE(keep_self_made(folder / "state", names, now + 380 * 24h));
    CHECK(certificate() != first);
  }
  SECTION("damaged") {
    folder.write("state/server.pem", "oh");
    REQUIRE(keep_self_made(folder / "state", names, now));
    CHECK(Context::load({.certificate_file = files.certificate_file, .key_file = files.key_file}));
  }
  CHECK(folder.read("state/ca.pem") == authority);
}

TEST_CASE("a folder that cannot be written is named", "[tls]") {
  const auto kept =
      keep_self_made("/proc/nowhere", {.dns = {"box"}, .addresses = {}}, wall_clock());
  REQUIRE_FALSE(kept);
  CHECK(kept.error().starts_with("/proc/nowhere: "));
}

TEST_CASE("the authority vouches for the certificate", "[tls]") {
  TestIdentity identity;
  const auto own = read_certificates(identity.files.certificate_file);
  const auto authority = read_certificates(identity.files.authority_file);
  using StorePointer = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
  using CheckPointer = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;
  const StorePointer store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), authority->front().get());
  const CheckPointer check(X509_STORE_CTX_new());
  X509_STORE_CTX_init(check.get(), store.get(), own->front().get(), nullptr);
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(check.get());
  X509_VERIFY_PARAM_set1_ip_asc(wanted, "127.0.0.1");
  X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
  CHECK(X509_verify_cert(check.get()) == 1);
}

}  // namespace relay::net::tls::test
