// turnserver: reads what is asked for, makes a plan of it, serves.
#include <fmt/format.h>

#include <cstdio>
#include <span>

#include "relay/commands/command.h"
#include "relay/options/options.h"
#include "relay/plan.h"
#include "relay/serve.h"
#include "relay/shared_secret.h"

namespace {

/// For people who wait at a terminal, and for `nohup turnserver &` into a file.
int fail(const std::string& sentence, int exit_code) {
  fmt::print(stderr, "turnserver: {}\n", sentence);
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  using relay::options::Action;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const std::span arguments(const_cast<const char* const*>(argv), static_cast<std::size_t>(argc));
  if (const auto exit_code = relay::commands::run(arguments)) return *exit_code;
  relay::options::DiskReader files;
  const auto parsed = relay::options::parse_command_line(arguments, files);
  if (!parsed) return fail(parsed.error().message, parsed.error().exit_code);

  const bool needs_plan = parsed->action == Action::run || parsed->action == Action::check_config;
  if (needs_plan) {
    for (const std::string& warning : parsed->warnings) fail("warning: " + warning, 0);
    relay::HostFacts host = relay::host_facts();
    if (parsed->action == Action::run) {
      const auto remark = relay::find_shared_secret(parsed->settings, host);
      if (remark) fail("warning: " + *remark, 0);
    }
    const auto plan = relay::make_plan(parsed->settings, host);
    if (!plan) return fail(plan.error(), 1);
    for (const std::string& remark : plan->remarks) fail("warning: " + remark, 0);
    if (parsed->action == Action::check_config) {
      const auto certificates = relay::load_certificates(*plan);
      if (!certificates) return fail(certificates.error(), 1);
    }
    if (parsed->action == Action::run) {
      const auto served = relay::serve(*plan);
      return served ? 0 : fail(served.error(), 1);
    }
  }
  fmt::print("{}", relay::options::answer(*parsed, relay::options::terminal_columns()));
  return 0;
}
