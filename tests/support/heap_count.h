// Counts what a program takes from the heap, OpenSSL's part included: in all threads but those that
// ask to be left out. Linking heap_count.cpp replaces operator new.
#pragma once

#include <cstdint>

namespace support {

/// Since the start of the program.
std::uint64_t heap_allocations();
void ignore_heap_of_this_thread();
/// False: OpenSSL had allocated before its allocator could be replaced, so its part is missing.
bool openssl_heap_is_counted();

/// What `call` takes from the heap.
template <class Call>
std::uint64_t heap_allocations_of(const Call& call) {
  const std::uint64_t before = heap_allocations();
  call();
  return heap_allocations() - before;
}

}  // namespace support
