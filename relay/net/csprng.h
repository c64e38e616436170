// The kernel's random bytes, fetched in blocks so that a token or a port costs no system call. Used
// bytes are wiped. One thread owns it.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "turn/types.h"

namespace relay::net {

class Csprng : public turn::Random {
 public:
  void fill(std::span<std::byte> bytes) override;

 private:
  void refill();

  static constexpr std::size_t block_size = 4096;
  std::array<std::byte, block_size> block_{};
  std::size_t used_ = block_size;
};

}  // namespace relay::net
