// CPU time, of this program and of the server's processes on this host.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <span>

namespace turn_load {

std::chrono::nanoseconds thread_cpu_time();
std::chrono::nanoseconds own_cpu_time();

/// All the threads of these processes, in nanoseconds where the kernel counts them (schedstat).
/// Nothing when one of them is not there.
std::optional<std::chrono::nanoseconds> cpu_time_of(std::span<const pid_t> processes);

}  // namespace turn_load
