#include "relay/net/csprng.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace relay::net {

void Csprng::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (used_ == block_.size()) refill();
    const std::size_t size = std::min(bytes.size(), block_.size() - used_);
    const std::span<std::byte> fresh = std::span(block_).subspan(used_, size);
    std::ranges::copy(fresh, bytes.begin());
    std::ranges::fill(fresh, std::byte{0});
    used_ += size;
    bytes = bytes.subspan(size);
  }
}

void Csprng::refill() {
  std::size_t filled = 0;
  while (filled < block_.size()) {
    const ssize_t size = ::getrandom(block_.data() + filled, block_.size() - filled, 0);
    if (size < 0 && errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "getrandom");
    }
    if (size > 0) filled += static_cast<std::size_t>(size);
  }
  used_ = 0;
}

}  // namespace relay::net
