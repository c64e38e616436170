// The certificates that TLS shows: the operator's, or one of our own making. Loaded at the start,
// and again when its files change or somebody asks; what does not fit then leaves the old one in
// force. Belongs to the main thread; the context in it is for every thread.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/net/tls/context.h"
#include "relay/plan.h"

namespace relay {

class Certificates {
 public:
  /// The error is a sentence: which file, and what is wrong with it.
  static std::expected<std::unique_ptr<Certificates>, std::string> load(const Plan& plan) {
    return load(plan, plan.settings.tls);
  }
  /// Those of the port for metrics, which has its own: for clients that need none.
  static std::expected<std::unique_ptr<Certificates>, std::string> load_for_metrics(
      const Plan& plan);

  const net::tls::SharedContext& context() const { return context_; }

  struct Outcome {
    bool loaded = false;  // false: the old one stays
    std::string sentence;
  };
  Outcome reload();
  /// Call every second or so: loads again when the files have changed and are still since, or when
  /// the self-made certificate may need renewal. Nothing: there was no need.
  std::optional<Outcome> tick();

  /// For whom, until when, whose each of them is, and its fingerprint: clauses for the log.
  std::string summary() const;
  /// What a person at a client has to know of them: a clause for the start-up screen.
  std::string advice() const;
  /// That of the self-made one; nothing: the operator's is used.
  std::optional<OwnAuthority> authority() const;
  /// Where the self-made one is kept and renewed; empty: the operator's is used.
  std::string own_folder() const {
    return authority_file_.substr(0, authority_file_.find_last_of('/') + 1);
  }
  /// What is wrong with their dates and chains; empty: nothing.
  std::string remark() const;

 private:
  /// What a file was like; it has changed when any of it has.
  struct Stamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t changed_at = 0;  // nanoseconds
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::vector<Stamp>;

  struct Loaded {
    net::tls::Context context;
    std::vector<std::string> files;  // those of the certificates first, in their order
    std::string authority_file;      // of a self-made one
  };
  static std::expected<std::unique_ptr<Certificates>, std::string> load(const Plan& plan,
                                                                        const TlsSettings& tls);
  static std::expected<Loaded, std::string> load_files(const Plan& plan, const TlsSettings& tls);
  Certificates(const Plan& plan, const TlsSettings& tls, Loaded loaded);
  Stamps stamps() const;

  const Plan& plan_;
  const TlsSettings tls_;
  net::tls::SharedContext context_;
  std::vector<std::string> files_;
  std::string authority_file_;
  Stamps in_force_, last_seen_;
  std::chrono::steady_clock::time_point renew_at_;
};

}  // namespace relay
