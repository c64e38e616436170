#include "relay/commands/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "relay/options/options.h"
#include "relay/shared_secret.h"

namespace relay::commands {
namespace {

struct Command {
  std::string_view name, usage, help;
  Outcome (*run)(Request);
};

constexpr std::array<Command, 3> all{{
    {"credentials", "turnserver credentials [--name NAME] [--ttl TIME] [--json]",
     "Prints credentials that let a client relay through this machine's server until they end.\n\n"
     "  --name NAME   who it is, in logs and quotas [default: turnbox]\n"
     "  --ttl TIME    how long they are good: 3600, 90m, 2h, 7d [default: 2h]\n"
     "  --json        as /turn gives them: username, password, ttl, uris\n",
     &credentials},
    {"link", "turnserver link ROOM [--ttl TIME]",
     "Prints a link that lets who has it into a room, and relay while there.\n\n"
     "  --ttl TIME    how long it is good: 3600, 90m, 2h, 7d [default: 1d]\n",
     &link},
    {"doctor", "turnserver doctor [URL [USER PASSWORD]] [--json]",
     "Examines a TURN server as a client sees it: this machine's own, or that of the URL\n"
     "(turn:HOST:PORT?transport=udp, turns:HOST, HOST:PORT). A line for each finding, and what to\n"
     "do where something is wrong; exit code 1 then.\n\n"
     "  --json        {\"ok\": ..., \"checks\": [{\"check\", \"verdict\", \"detail\", "
     "\"advice\"}]}\n",
     &doctor},
}};

constexpr std::string_view common_help =
    "\nAll options and files of the server count too (-c FILE, --state-dir, --static-auth-secret, "
    "...):\ngive those that the server was started with. turnserver --help lists them.\n";

int fail(std::string_view command, const std::string& sentence, int exit_code = 1) {
  fmt::print(stderr, "turnserver {}: {}\n", command, sentence);
  return exit_code;
}

std::optional<std::chrono::seconds> time_in(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, count);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  const std::int64_t scale = unit.empty() || unit == "s" ? 1
                             : unit == "m"               ? 60
                             : unit == "h"               ? 3600
                             : unit == "d"               ? 86400
                                                         : 0;
  constexpr std::int64_t most = 10 * 366 * 86400LL;
  if (read.ec != std::errc{} || scale == 0 || count <= 0 || count > most / scale) {
    return std::nullopt;
  }
  return std::chrono::seconds(count * scale);
}

/// Takes `--ttl` and its kin out of the words; what is left is for the options of the server. The
/// error is a sentence.
std::expected<std::vector<const char*>, std::string> take_own(
    std::span<const char* const> arguments, Request& request) {
  std::vector<const char*> left{arguments[0]};
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--json") {
      request.json = true;
      continue;
    }
    const std::string_view option = word.substr(0, word.find('='));
    if (option != "--ttl" && option != "--name") {
      left.push_back(arguments[i]);
      continue;
    }
    const bool is_apart = option.size() == word.size();
    if (is_apart && i + 1 == arguments.size()) {
      return std::unexpected(fmt::format("{}: a value is missing", option));
    }
    const std::string_view value = is_apart ? arguments[++i] : word.substr(option.size() + 1);
    if (option == "--name") {
      request.name = value;
      continue;
    }
    request.ttl = time_in(value);
    if (!request.ttl) {
      return std::unexpected(fmt::format(
          "--ttl: \"{}\" is no time; write seconds, or 90m, 2h, 7d; ten years at most", value));
    }
  }
  return left;
}

int run(const Command& command, std::span<const char* const> arguments) {
  Request request;
  const auto left = take_own(arguments, request);
  if (!left) return fail(command.name, left.error());
  options::DiskReader files;
  auto parsed = options::parse_command_line(*left, files);
  if (!parsed) return fail(command.name, parsed.error().message, parsed.error().exit_code);
  if (parsed->action == options::Action::help) {
    fmt::print("Usage: {}\n\n{}{}", command.usage, command.help, common_help);
    return 0;
  }
  request.words = std::move(parsed->words);
  request.settings = std::move(parsed->settings);
  const auto answer = command.run(std::move(request));
  if (!answer) return fail(command.name, answer.error());
  fmt::print("{}", answer->text);
  return answer->exit_code;
}

}  // namespace

std::optional<int> run(std::span<const char* const> arguments) {
  if (arguments.size() < 2) return std::nullopt;
  const auto command = std::ranges::find(all, std::string_view(arguments[1]), &Command::name);
  if (command == all.end()) return std::nullopt;
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: a server that closes is a finding, not an end
  return run(*command, arguments);
}

std::expected<Plan, std::string> plan_of(Request& request) {
  HostFacts host = host_facts();
  Settings& settings = request.settings;
  if (settings.secrets.empty() && !settings.anonymous) {
    auto kept = read_shared_secret(secret_folder(settings));
    if (!kept && settings.users.empty()) return std::unexpected(kept.error());
    if (kept) host.kept_secret = *std::move(kept);
  }
  return make_plan(std::move(settings), host);
}

}  // namespace relay::commands
