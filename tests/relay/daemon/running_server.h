// turnserver as a child process of a test, with what it prints. Waits for the thing itself, never
// for a time; gone with the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/self_test/turn_client.h"

class RunningServer {
 public:
  /// `-n` comes first by itself: no configuration file of this machine interferes; and `--no-tls`,
  /// which a test of TLS undoes with `--no-tls=false`.
  explicit RunningServer(std::vector<std::string> arguments);
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  /// Reads on until stdout or stderr holds `text`; fails the test when it ends or takes too long.
  void wait_for(const std::string& text);
  const std::string& standard_output() const { return output_[0]; }
  const std::string& standard_error() const { return output_[1]; }
  /// The line of stdout that begins so, without that beginning and blanks.
  std::string line(const std::string& beginning) const;
  /// The port that READY names.
  std::uint16_t port() const;

  void signal(int number) const;
  /// Its exit code once it ended, after reading all that it said.
  int exit_code();
  bool has_ended();
  pid_t pid() const { return child_; }

 private:
  bool read_some();

  pid_t child_ = -1;
  relay::net::FileDescriptor pipes_[2];
  std::string output_[2];
  int status_ = 0;
  bool reaped_ = false;
};

/// Polls until `condition()` holds, at most a few seconds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
  }
  return condition();
}

relay::self_test::Patience patience();
/// A client of that server on 127.0.0.1.
relay::self_test::TurnClient client_of(const RunningServer& server, const std::string& username,
                                       const std::string& password);
