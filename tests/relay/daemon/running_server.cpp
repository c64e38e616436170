#include "tests/relay/daemon/running_server.h"
#include "tests/support/patient_poll.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>

using namespace std::chrono_literals;
using relay::net::FileDescriptor;

namespace {

constexpr auto longest = 20s;

}  // namespace

RunningServer::RunningServer(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {TURNSERVER, "-n", "--no-tls"});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  FileDescriptor write_ends[2];
  for (int stream = 0; stream < 2; ++stream) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    pipes_[stream] = FileDescriptor(ends[0]);
    write_ends[stream] = FileDescriptor(ends[1]);
    posix_spawn_file_actions_adddup2(&actions, ends[1], stream + 1);
  }
  const int failed = ::posix_spawn(&child_, TURNSERVER, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
}

RunningServer::~RunningServer() {
  if (has_ended()) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void RunningServer::wait_for(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  const auto has_text = [&] {
    return output_[0].find(text) != std::string::npos || output_[1].find(text) != std::string::npos;
  };
  while (!has_text()) {
    const bool more = read_some();
    INFO("waiting for: " << text << "\nstdout: " << output_[0] << "\nstderr: " << output_[1]);
    REQUIRE((more || has_text()));
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

std::string RunningServer::line(const std::string& beginning) const {
  const auto at = ("\n" + output_[0]).find("\n" + beginning);
  INFO("no line " << beginning << " in: " << output_[0]);
  REQUIRE(at != std::string::npos);
  const std::string whole = output_[0].substr(at, output_[0].find('\n', at) - at);
  return whole.substr(whole.find_first_not_of(' ', beginning.size()));
}

std::uint16_t RunningServer::port() const {
  return static_cast<std::uint16_t>(std::stoi(line("READY").substr(sizeof "turn")));
}

void RunningServer::signal(int number) const { REQUIRE(::kill(child_, number) == 0); }

int RunningServer::exit_code() {
  while (read_some()) {
  }
  REQUIRE(eventually([&] { return has_ended(); }));
  INFO("stdout: " << output_[0] << "\nstderr: " << output_[1]);
  REQUIRE(WIFEXITED(status_));
  return WEXITSTATUS(status_);
}

bool RunningServer::has_ended() {
  if (!reaped_ && ::waitpid(child_, &status_, WNOHANG) == child_) reaped_ = true;
  return reaped_;
}

/// False when both streams ended.
bool RunningServer::read_some() {
  pollfd waiting[2] = {{pipes_[0].number(), POLLIN, 0}, {pipes_[1].number(), POLLIN, 0}};
  if (!pipes_[0].is_open() && !pipes_[1].is_open()) return false;
  const int ready = support::patient_poll(waiting, 2, 20'000);
  INFO("nothing more was said; stdout: " << output_[0] << "\nstderr: " << output_[1]);
  REQUIRE(ready > 0);
  for (int stream = 0; stream < 2; ++stream) {
    if (waiting[stream].revents == 0) continue;
    std::array<char, 4096> text;
    const ssize_t got = ::read(pipes_[stream].number(), text.data(), text.size());
    if (got > 0) output_[stream].append(text.data(), static_cast<std::size_t>(got));
    if (got == 0) pipes_[stream].close();
  }
  return true;
}

relay::self_test::Patience patience() { return {std::chrono::steady_clock::now() + longest, {}}; }

relay::self_test::TurnClient client_of(const RunningServer& server, const std::string& username,
                                       const std::string& password) {
  auto connection = relay::self_test::Connection::open(
      {stun::IpAddress::v4({127, 0, 0, 1}), server.port()}, turn::Transport::udp, patience());
  REQUIRE(connection.has_value());
  return {std::move(*connection), relay::self_test::Credentials{username, password, std::nullopt}};
}
