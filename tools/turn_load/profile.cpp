#include "tools/turn_load/profile.h"

#include <cmath>

namespace turn_load {

bool Stream::is_carried_by(std::uint32_t call) const {
  return std::floor((call + 1) * share + 1e-9) > std::floor(call * share + 1e-9);
}

double Profile::packets_per_second(std::uint32_t calls) const {
  double sum = 0;
  for (const Stream& stream : streams) {
    const double seconds = std::chrono::duration<double>(stream.interval).count();
    const double carrying = std::floor(calls * stream.share + 1e-9);
    sum += carrying * stream.burst * (int{stream.up} + int{stream.down}) / seconds;
  }
  return sum;
}

Profile Profile::at_rate(double wanted, std::uint32_t calls) const {
  Profile scaled = *this;
  const double natural = packets_per_second(calls);
  if (wanted <= 0 || natural <= 0) return scaled;
  for (Stream& stream : scaled.streams) {
    const double nanoseconds = static_cast<double>(stream.interval.count()) * natural / wanted;
    stream.interval = std::chrono::nanoseconds(std::llround(std::max(1.0, nanoseconds)));
  }
  return scaled;
}

}  // namespace turn_load
