#include "relay/doctor/resolve.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>

namespace relay::doctor {

std::expected<std::vector<stun::IpAddress>, std::string> resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return std::unexpected(fmt::format("{} has no address: {}", host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  std::vector<stun::IpAddress> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0) {
      continue;
    }
    const auto ip = stun::IpAddress::parse(text.data());
    const bool is_first =
        ip && std::ranges::find(found, ip->family(), &stun::IpAddress::family) == found.end();
    if (is_first) found.push_back(*ip);
  }
  if (found.empty()) return std::unexpected(fmt::format("{} has no address", host));
  return found;
}

}  // namespace relay::doctor
