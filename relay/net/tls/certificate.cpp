#include "relay/net/tls/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace relay::net::tls {
namespace {

std::string text_of(const ASN1_STRING* string) {
  const auto* const bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return {bytes, static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = size == 4 ? AF_INET : AF_INET6;
  if ((size != 4 && size != 16) ||
      ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

void read_names(X509& certificate, Certificate& facts) {
  auto* const names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) facts.dns_names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) facts.addresses.push_back(address_of(name->d.iPAddress));
  }
  GENERAL_NAMES_free(names);
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return at < 0 ? "" : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::size_t find_gap(const std::vector<X509Pointer>& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK) return i;
  }
  return 0;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&fields)));
}

std::string fingerprint_of(X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  return fmt::format("{:02X}", fmt::join(digest.begin(), digest.begin() + size, ":"));
}

}  // namespace

std::string Certificate::names() const {
  std::vector<std::string> all = dns_names;
  all.insert(all.end(), addresses.begin(), addresses.end());
  if (all.empty()) return common_name.empty() ? "nobody" : common_name;
  return fmt::format("{}", fmt::join(all, ", "));
}

bool Certificate::is_for_address(const std::string& address) const {
  return std::ranges::find(addresses, address) != addresses.end();
}

Certificate describe(X509& certificate) {
  Certificate facts;
  read_names(certificate, facts);
  facts.common_name = common_name(X509_get_subject_name(&certificate));
  facts.issuer = common_name(X509_get_issuer_name(&certificate));
  facts.not_before = time_of(X509_get0_notBefore(&certificate));
  facts.not_after = time_of(X509_get0_notAfter(&certificate));
  facts.self_signed = X509_self_signed(&certificate, 0) == 1;
  facts.fingerprint = fingerprint_of(certificate);
  return facts;
}

Certificate describe(const std::vector<X509Pointer>& chain) {
  Certificate facts = describe(*chain.front());
  facts.gap_after = find_gap(chain);
  return facts;
}

std::string date_of(WallTime time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

WallTime wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace relay::net::tls
