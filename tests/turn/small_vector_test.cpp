#include "turn/small_vector.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tests/support/heap_count.h"

namespace turn {
namespace {

TEST_CASE("a small vector holds what a vector would", "[turn][small-vector]") {
  SmallVector<int, 2> small;
  std::vector<int> model;
  std::mt19937 engine(1);
  for (int step = 0; step < 2000; ++step) {
    const int value = static_cast<int>(engine() % 50);
    if (engine() % 4 == 0) {
      small.erase_if([&](int other) { return other <= value; });
      std::erase_if(model, [&](int other) { return other <= value; });
    } else {
      const std::size_t at = engine() % (model.size() + 1);
      small.insert(small.begin() + at, value);
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), value);
    }
    REQUIRE(std::ranges::equal(small, model));
    REQUIRE(small.size() == model.size());
  }
}

TEST_CASE("a value of its own may be inserted into a full small vector", "[turn][small-vector]") {
  SmallVector<int, 2> small;
  small.insert(small.end(), 1);
  small.insert(small.end(), 2);
  small.insert(small.begin(), small[1]);
  CHECK(std::ranges::equal(small, std::vector{2, 1, 2}));
}

TEST_CASE("the first few take nothing from the heap", "[turn][small-vector]") {
  SmallVector<int, 2> small;
  CHECK(support::heap_allocations_of([&] {
          small.insert(small.end(), 1);
          small.insert(small.end(), 2);
        }) == 0);
  CHECK(support::heap_allocations_of([&] { small.insert(small.end(), 3); }) == 1);
}

}  // namespace
}  // namespace turn
