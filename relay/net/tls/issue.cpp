#include "relay/net/tls/issue.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

namespace relay::net::tls {
namespace {

using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using ExtensionPointer = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

/// Clocks of clients may be behind.
constexpr std::chrono::hours leeway{24};

bool add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const ExtensionPointer extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool set_serial(X509& certificate) {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), random.size()) != 1) return false;
  random[0] &= 0x7f;
  const Number number(BN_bin2bn(random.data(), random.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool set_times(X509& certificate, WallTime from, WallTime until) {
  return ASN1_TIME_set(X509_getm_notBefore(&certificate),
                       (from - leeway).time_since_epoch().count()) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), until.time_since_epoch().count()) !=
             nullptr;
}

bool set_subject(X509& certificate, const std::string& name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                    0) == 1;
}

X509Pointer begin(EVP_PKEY& key, const std::string& name, WallTime from, WallTime until) {
  X509Pointer certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !set_serial(*certificate) || !set_times(*certificate, from, until) ||
      !set_subject(*certificate, name) || X509_set_pubkey(certificate.get(), &key) != 1) {
    return nullptr;
  }
  return certificate;
}

std::string alternative_names(const Names& names) {
  std::string text;
  for (const std::string& name : names.dns) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& ip : names.addresses) text += (text.empty() ? "IP:" : ",IP:") + ip;
  return text;
}

template <typename Write>
std::string text_of(Write write) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

KeyPointer make_key() { return KeyPointer(EVP_EC_gen("P-256")); }

X509Pointer issue_authority(EVP_PKEY& key, WallTime from, WallTime until) {
  // The date tells apart those that one machine has had.
  X509Pointer made = begin(key, "turnserver authority " + date_of(from), from, until);
  const bool signed_well =
      made && X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1 &&
      add_extension(*made, *made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(*made, *made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(*made, *made, NID_subject_key_identifier, "hash") &&
      X509_sign(made.get(), &key, EVP_sha256()) != 0;
  return signed_well ? std::move(made) : nullptr;
}

X509Pointer issue_certificate(EVP_PKEY& key, X509& authority, EVP_PKEY& authority_key,
                              const Names& names, WallTime from, WallTime until) {
  X509Pointer made = begin(key, "turnserver", from, until);
  const bool signed_well =
      made && X509_set_issuer_name(made.get(), X509_get_subject_name(&authority)) == 1 &&
      add_extension(*made, authority, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(*made, authority, NID_key_usage, "critical,digitalSignature") &&
      add_extension(*made, authority, NID_ext_key_usage, "serverAuth") &&
      add_extension(*made, authority, NID_authority_key_identifier, "keyid:always") &&
      add_extension(*made, authority, NID_subject_alt_name, alternative_names(names)) &&
      X509_sign(made.get(), &authority_key, EVP_sha256()) != 0;
  return signed_well ? std::move(made) : nullptr;
}

std::string pem_of(X509& certificate) {
  return text_of([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string pem_of(EVP_PKEY& key) {
  return text_of([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace relay::net::tls
