// What the HTTP connections of all workers have in common: the site, who may come how often and
// from which pages, and how the workers find each other. Made before any worker runs; what changes
// later is safe to use from all their threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/http/site.h"
#include "relay/http/visitors.h"
#include "relay/http/web_socket.h"
#include "relay/reactor.h"

namespace relay::http {

class Doorkeeper;

struct HouseRules {
  SiteOptions site;
  /// Of one public address; 0: any number.
  std::size_t connections_per_address = 20;
  /// Pages of other hosts that may open WebSockets; `*`: all.
  std::vector<std::string> origins;
  /// Our own addresses that are public, or stand behind a public one.
  std::vector<stun::IpAddress> public_addresses;
  /// Whose X-Forwarded-For and the like are believed.
  std::vector<turn::AddressRange> trusted_proxies;
  WebSocketOptions web_sockets;
};

/// Where a request comes from really.
struct Source {
  stun::IpAddress client;
  bool secure = false;
};

class House {
 public:
  House(HouseRules rules, std::function<std::string()> metrics)
      : rules_(std::move(rules)),
        site_(rules_.site, std::move(metrics)),
        visitors_(rules_.connections_per_address) {}

  Site& site() { return site_; }
  const Site& site() const { return site_; }
  Visitors& visitors() { return visitors_; }
  const WebSocketOptions& web_sockets() const { return rules_.web_sockets; }

  /// What `peer` says in the head when it is a trusted proxy.
  Source source_of(const RequestHead& head, const stun::IpAddress& peer, bool secure) const;
  /// Whether the page that this request is from may open a connection; programs that are no
  /// browsers say no Origin and always may. `local` is our address that it came to.
  bool welcomes_origin(const RequestHead& head, const stun::IpAddress& local, bool secure) const;

  /// The next worker's; gives its number. Before any worker runs.
  std::size_t add(Reactor& reactor, Doorkeeper& doorkeeper);
  std::size_t workers() const { return workers_.size(); }
  /// Has that worker do `task`. From any thread.
  void ask(std::size_t worker, std::function<void(Doorkeeper&)> task) const;

 private:
  struct Worker {
    Reactor* reactor;
    Doorkeeper* doorkeeper;
  };

  const HouseRules rules_;
  Site site_;
  Visitors visitors_;
  std::vector<Worker> workers_;
};

}  // namespace relay::http
