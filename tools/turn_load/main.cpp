// turn_load: a load generator for TURN servers. This file reads the command line, runs, and hands
// out the result.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <vector>

#include "tools/turn_load/report_html.h"
#include "tools/turn_load/run.h"

namespace {

std::atomic<bool> stop = false;

/// The first signal ends the run with its report; the second ends the program.
void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { stop = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int complain(const std::string& sentence, int status) {
  fmt::print(stderr, "turn_load: {}\n", sentence);
  return status;
}

bool write_report(const std::string& path, const turn_load::Result& result) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << turn_load::to_html(result) << std::flush;
  return file.good();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto options = turn_load::parse_options(arguments);
  if (!options) return complain(options.error(), 2);
  if (options->help) return fmt::print("{}", turn_load::help_text()), 0;
  if (options->version) return fmt::print("turn_load {}\n", TURNBOX_VERSION), 0;

  stop_on_signals();
  turn_load::Progress progress(::isatty(STDERR_FILENO) == 1);
  const turn_load::Result result = turn_load::Run(*options, progress, stop).execute();
  fmt::print("{}", options->json ? turn_load::to_json(result) + "\n" : turn_load::to_text(result));
  std::fflush(stdout);
  if (!options->report.empty() && !result.steps.empty() && !write_report(options->report, result)) {
    return complain("--report " + options->report + " cannot be written", 1);
  }
  return result.failure.empty() ? 0 : complain(result.failure, 1);
}
