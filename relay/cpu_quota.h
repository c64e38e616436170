// How many CPUs a control group lets this process use, whatever the machine has: containers set a
// quota without hiding the CPUs.
#pragma once

#include <filesystem>
#include <optional>

namespace relay {

/// CPUs' worth of time per unit of time, the least along the way up from this process' group, in
/// control groups v2 or v1. Nothing: no limit is set. `root` is `/` outside of tests.
std::optional<double> cpu_quota(const std::filesystem::path& root);

}  // namespace relay
