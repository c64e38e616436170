// Counts what a program takes from the heap, OpenSSL's part included: in all threads but those that
// ask to be left out. Linking heap_count.cpp replaces operator new.
#pragma once

#include <cstdint>

namespace support {

/// Since the start of the program.
std::uint64_t heap_allocations();
/// OpenSSL's part of them, and the others.
std::uint64_t heap_allocations_of_openssl();
std::uint64_t own_heap_allocations();
void ignore_heap_of_this_thread();
/// False: OpenSSL had allocated before its allocator could be replaced, so its part is missing.
bool openssl_heap_is_counted();

/// What the program holds now, of all threads; as many bytes as the allocator made of it.
struct HeapInUse {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  friend bool operator==(const HeapInUse&, const HeapInUse&) = default;
};
HeapInUse heap_in_use();

/// What `call` takes from the heap.
template <class Call>
std::uint64_t heap_allocations_of(const Call& call) {
  const std::uint64_t before = heap_allocations();
  call();
  return heap_allocations() - before;
}

}  // namespace support
