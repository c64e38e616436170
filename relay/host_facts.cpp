// What relay/plan.h wants to know of this machine.
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "relay/cpu_quota.h"
#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "relay/plan.h"

namespace relay {
namespace {

using stun::IpAddress;

/// The address that datagrams to the wide world leave from: connecting a UDP socket asks the
/// routing table and sends nothing.
std::optional<IpAddress> source_towards(const stun::TransportAddress& destination) {
  const net::FileDescriptor socket(
      ::socket(net::address_family(destination.ip.family()), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const net::SocketAddress address(destination);
  if (!socket.is_open() || ::connect(socket.number(), address.data(), address.size()) != 0) {
    return std::nullopt;
  }
  return net::local_address(socket.number()).ip;
}

/// Where the default routes leave from. The destinations are never real (RFC 5737, RFC 3849).
std::vector<IpAddress> default_sources() {
  std::vector<IpAddress> sources;
  for (const std::string_view text : {"203.0.113.1:9", "[2001:db8::1]:9"}) {
    if (const auto source = source_towards(*stun::TransportAddress::parse(text))) {
      sources.push_back(*source);
    }
  }
  return sources;
}

std::optional<IpAddress> ip_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  net::SocketAddress copy;
  if (address->sa_family == AF_INET) std::memcpy(copy.data(), address, sizeof(sockaddr_in));
  if (address->sa_family == AF_INET6) std::memcpy(copy.data(), address, sizeof(sockaddr_in6));
  if (copy.data()->sa_family == AF_UNSPEC) return std::nullopt;
  return copy.decode().ip;
}

std::vector<IpAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  const std::vector<IpAddress> preferred = default_sources();
  std::vector<IpAddress> addresses, others;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0) continue;
    const auto ip = ip_of(entry->ifa_addr);
    if (!ip) continue;
    const bool first = std::ranges::find(preferred, *ip) != preferred.end();
    (first ? addresses : others).push_back(*ip);
  }
  addresses.insert(addresses.end(), others.begin(), others.end());
  return addresses;
}

/// CPUs of the affinity mask, of which the control group may allow less.
std::size_t usable_cpus() {
  double cpus = std::max(1u, std::thread::hardware_concurrency());
  constexpr std::size_t most = 8192;
  if (cpu_set_t* set = CPU_ALLOC(most); set != nullptr) {
    if (::sched_getaffinity(0, CPU_ALLOC_SIZE(most), set) == 0) {
      cpus = CPU_COUNT_S(CPU_ALLOC_SIZE(most), set);
    }
    CPU_FREE(set);
  }
  if (const auto quota = cpu_quota("/")) cpus = std::min(cpus, std::ceil(*quota));
  return std::max<std::size_t>(1, static_cast<std::size_t>(cpus));
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// The configured domain, or what follows the host's own label. The DNS is not asked: a start must
/// not wait for it.
std::string domain_name(const std::string& host) {
  std::array<char, 256> name{};
  if (::getdomainname(name.data(), name.size() - 1) == 0) {
    const std::string domain = name.data();
    if (!domain.empty() && domain != "(none)") return domain;
  }
  const auto dot = host.find('.');
  return dot == std::string::npos ? "" : host.substr(dot + 1);
}

/// `size` letters and digits, each equally likely. Empty when the kernel gives no randomness.
std::string random_text(std::size_t size) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr unsigned fair = 256 / alphabet.size() * alphabet.size();
  std::string text;
  while (text.size() < size) {
    std::uint8_t byte = 0;
    if (::getrandom(&byte, 1, 0) != 1) return {};
    if (byte < fair) text += alphabet[byte % alphabet.size()];
  }
  return text;
}

}  // namespace

HostFacts host_facts() {
  HostFacts facts;
  facts.interface_addresses = interface_addresses();
  facts.host_name = host_name();
  facts.domain_name = domain_name(facts.host_name);
  facts.usable_cpus = usable_cpus();
  facts.spare_password = random_text(16);
  facts.spare_secret = random_text(32);
  return facts;
}

}  // namespace relay
