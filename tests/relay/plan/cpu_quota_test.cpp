// Reads control groups laid out in a directory of its own.
#include "relay/cpu_quota.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

TEST_CASE("the CPU quota of control groups v2 is the least on the way up", "[plan]") {
  TemporaryDirectory root;
  root.write("proc/self/cgroup", "0::/machine/box\n");
  CHECK_FALSE(relay::cpu_quota(root.path()).has_value());
  root.write("sys/fs/cgroup/machine/box/cpu.max", "max 100000\n");
  CHECK_FALSE(relay::cpu_quota(root.path()).has_value());
  root.write("sys/fs/cgroup/machine/box/cpu.max", "350000 100000\n");
  CHECK(relay::cpu_quota(root.path()) == 3.5);
  root.write("sys/fs/cgroup/machine/cpu.max", "150000 100000\n");
  CHECK(relay::cpu_quota(root.path()) == 1.5);
}

TEST_CASE("the CPU quota of control groups v1 is read where the cpu controller is", "[plan]") {
  TemporaryDirectory root;
  root.write("proc/self/cgroup", "4:memory:/elsewhere\n3:cpu,cpuacct:/docker/abc\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  CHECK_FALSE(relay::cpu_quota(root.path()).has_value());
  // A container sees its own group as the root of the mount.
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  CHECK(relay::cpu_quota(root.path()) == 0.5);
}

TEST_CASE("nonsense in place of a quota is no quota", "[plan]") {
  TemporaryDirectory root;
  CHECK_FALSE(relay::cpu_quota(root.path()).has_value());
  root.write("proc/self/cgroup", "garbage\n0::/\n:::\n");
  root.write("sys/fs/cgroup/cpu.max", "-5 0\n");
  CHECK_FALSE(relay::cpu_quota(root.path()).has_value());
}
