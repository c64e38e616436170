// A sequence of plain values whose first few lie within their owner, so that to look at them is not
// to follow a pointer; when there are more, all of them are on the heap.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace turn {

template <class T, std::uint32_t in_place>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && in_place > 0);

 public:
  SmallVector() = default;
  SmallVector(const SmallVector&) = delete;
  SmallVector& operator=(const SmallVector&) = delete;

  T* begin() { return heap_ ? heap_.get() : here_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return heap_ ? heap_.get() : here_.data(); }
  const T* end() const { return begin() + size_; }
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const {
    assert(i < size_);
    return begin()[i];
  }

  /// `value` comes to stand at `position`; what was there and behind it moves up.
  void insert(const T* position, T value) {
    const auto at = position - begin();
    if (size_ == capacity_) grow();
    std::ranges::move_backward(begin() + at, end(), end() + 1);
    ++size_;
    begin()[at] = value;
  }

  template <class Predicate>
  void erase_if(Predicate predicate) {
    const auto erased = std::ranges::remove_if(*this, predicate);
    size_ -= static_cast<std::uint32_t>(erased.size());
  }

 private:
  void grow() {
    auto more = std::make_unique<T[]>(std::size_t{capacity_} * 2);
    std::ranges::copy(*this, more.get());
    heap_ = std::move(more);
    capacity_ *= 2;
  }

  std::unique_ptr<T[]> heap_;  // null: in place
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = in_place;
  std::array<T, in_place> here_{};
};

}  // namespace turn
