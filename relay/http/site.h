// What this server answers over HTTP: whether it lives, whether it serves, its metrics, and what
// this port is. One for all workers; const but for the note that it drains.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "relay/http/folder.h"
#include "relay/http/pages.h"
#include "relay/http/request.h"
#include "relay/http/response.h"
#include "turn/peer_policy.h"

namespace relay::http {

struct SiteOptions {
  /// On the ports of TURN. `refused`: 400 to everybody, as coturn has it on request.
  enum class Serving : std::uint8_t { served, refused, closed };
  Serving serving = Serving::served;
  /// Where challenges of ACME are answered (RFC 8555 8.3); what follows the well-known path is
  /// appended. Empty: not here.
  std::string acme_redirect;
  /// Who may read the metrics on the ports of TURN, beside this very host.
  std::vector<turn::AddressRange> metrics_readers;
  std::string metrics_path = "/metrics";  // of the listener for metrics
  bool has_pages = false;                 // the built-in ones, unless there is a folder
};

class Site {
 public:
  /// `metrics` gives the text for Prometheus; it is called from every worker's thread.
  Site(SiteOptions options, std::function<std::string()> metrics)
      : options_(std::move(options)), metrics_(std::move(metrics)), pages_(web::files()) {}
  /// Pages of the operator's own, instead of ours. Before any worker runs.
  void set_folder(std::unique_ptr<Folder> folder) { folder_ = std::move(folder); }

  /// Gives the answer to paths that it knows; called from every worker's thread.
  using Routes = std::function<std::optional<Response>(const Request&)>;
  /// Before the first request comes.
  void add(Routes routes) { routes_.push_back(std::move(routes)); }

  /// Whether a connection that speaks HTTP is answered at all.
  bool serves(net::Entrance entrance) const;
  /// Whether WebSockets and the like are served as well.
  bool has_signaling(net::Entrance entrance) const;
  Response answer(const Request& request) const;
  void begin_drain() { draining_.store(true, std::memory_order_relaxed); }

 private:
  bool is_served(net::Entrance entrance) const;
  Response answer_for_metrics(const Request& request) const;
  Response route(const Request& request) const;
  bool may_read_metrics(const Request& request) const;
  std::optional<Response> page(const Request& request) const;

  const SiteOptions options_;
  const std::function<std::string()> metrics_;
  std::vector<Routes> routes_;
  const Pages pages_;
  std::unique_ptr<const Folder> folder_;
  std::atomic<bool> draining_{false};
};

}  // namespace relay::http
