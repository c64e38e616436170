// What keyed hashes of addresses are made of: two words become one that nobody predicts who does
// not know what they were mixed with.
#pragma once

#include <cstdint>

namespace turn {

/// Both halves of the product, one upon the other: every bit of either factor is in most of them.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace turn
