// Counts operator new in this test program, in all threads but those that ask to be left out.
#pragma once

#include <cstdint>

namespace relay::test {

void ignore_heap_of_this_thread();
std::uint64_t heap_allocations();

}  // namespace relay::test
