// `turnserver credentials`, `turnserver link`, `turnserver doctor`: what the program does instead
// of serving. They take the daemon's options and read its files, so that they speak of the same
// server.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "relay/plan.h"

namespace relay::commands {

/// Runs the command that the first word names; gives its exit code. Nothing: the first word is no
/// command, and the daemon is meant.
std::optional<int> run(std::span<const char* const> arguments);

/// What a command is asked.
struct Request {
  std::vector<std::string> words;  // of its own
  std::optional<std::chrono::seconds> ttl;
  std::optional<std::string> name;
  bool json = false;
  Settings settings;  // of the server that is meant
};

/// What it prints; the error is a sentence.
struct Answer {
  std::string text;
  int exit_code = 0;
};
using Outcome = std::expected<Answer, std::string>;

Outcome credentials(Request request);
Outcome link(Request request);
Outcome doctor(Request request);

/// The server that is meant as it runs: with the secret that it keeps. Changes nothing on disk.
std::expected<Plan, std::string> plan_of(Request& request);

}  // namespace relay::commands
