#include "tests/bench/heap_count.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace bench {
namespace {

std::uint64_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  return std::malloc(size);
}

// OpenSSL takes other allocators only before its first allocation.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions([](std::size_t size, const char*, int) { return counted(size); },
                             [](void* memory, std::size_t size, const char*, int) {
                               ++allocations;
                               return std::realloc(memory, size);
                             },
                             [](void* memory, const char*, int) { std::free(memory); }) == 1;

}  // namespace

std::uint64_t heap_allocations() { return allocations; }

bool heap_is_counted() {
  const std::uint64_t before = allocations;
  ::operator delete(::operator new(1));
  return openssl_is_counted && allocations == before + 1;
}

}  // namespace bench

void* operator new(std::size_t size) {
  if (void* memory = bench::counted(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
