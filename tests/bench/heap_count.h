// Counts what this program takes from the heap, OpenSSL's part included.
#pragma once

#include <cstdint>

namespace bench {

/// Since the start. Nothing was left uncounted when heap_is_counted().
std::uint64_t heap_allocations();
bool heap_is_counted();

}  // namespace bench
