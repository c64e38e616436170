#include "tests/support/heap_count.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

using Counter = std::atomic<std::uint64_t>;
Counter own_allocations{0}, openssl_allocations{0};
thread_local bool ignored = false;

std::atomic<std::int64_t> blocks{0}, bytes{0};

void note_taken(void* memory) {
  if (memory == nullptr) return;
  blocks.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(static_cast<std::int64_t>(::malloc_usable_size(memory)),
                  std::memory_order_relaxed);
}

void note_given_back(void* memory) {
  if (memory == nullptr) return;
  blocks.fetch_sub(1, std::memory_order_relaxed);
  bytes.fetch_sub(static_cast<std::int64_t>(::malloc_usable_size(memory)),
                  std::memory_order_relaxed);
}

void note_allocation(Counter& counter) {
  if (!ignored) counter.fetch_add(1, std::memory_order_relaxed);
}

void* allocate(Counter& counter, std::size_t size, std::size_t alignment = 0) {
  note_allocation(counter);
  const std::size_t rounded =
      alignment == 0 ? size : (size + alignment - 1) / alignment * alignment;
  void* const memory =
      alignment == 0 ? std::malloc(size == 0 ? 1 : size) : std::aligned_alloc(alignment, rounded);
  note_taken(memory);
  return memory;
}

void* reallocate(Counter& counter, void* memory, std::size_t size) {
  note_allocation(counter);
  note_given_back(memory);
  void* const moved = std::realloc(memory, size);
  note_taken(moved);
  return moved;
}

void release(void* memory) {
  note_given_back(memory);
  std::free(memory);
}

// OpenSSL takes other allocators only before its first allocation.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions(
        [](std::size_t size, const char*, int) { return allocate(openssl_allocations, size); },
        [](void* memory, std::size_t size, const char*, int) {
          return reallocate(openssl_allocations, memory, size);
        },
        [](void* memory, const char*, int) { release(memory); }) == 1;

void* allocate_or_throw(std::size_t size, std::size_t alignment = 0) {
  if (void* const memory = allocate(own_allocations, size, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: a compiler that sees malloc() behind new takes delete for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(own_allocations, size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(own_allocations, size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }

namespace support {

std::uint64_t heap_allocations() { return own_heap_allocations() + heap_allocations_of_openssl(); }
std::uint64_t own_heap_allocations() { return own_allocations.load(std::memory_order_relaxed); }
std::uint64_t heap_allocations_of_openssl() {
  return openssl_allocations.load(std::memory_order_relaxed);
}
HeapInUse heap_in_use() { return {blocks.load(), bytes.load()}; }
void ignore_heap_of_this_thread() { ignored = true; }
bool openssl_heap_is_counted() { return openssl_is_counted; }

}  // namespace support
