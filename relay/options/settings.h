// Everything an operator asked for, typed and checked: the outcome of command line and files,
// before anything is opened. A value; made once, read everywhere in relay/.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access_token_keys.h"
#include "stun/address.h"
#include "turn/config.h"
#include "turn/peer_policy.h"

namespace relay {

/// `-u name:password` or `-u name:0xKEY` (16 bytes: MD5, 32 bytes: SHA-256).
struct UserSetting {
  std::string name;
  std::string password;  // as text, or empty when `key_hex` is set
  std::string key_hex;   // without 0x
};

/// `-X public` or `-X public/private`.
struct ExternalAddress {
  stun::IpAddress external;
  std::optional<stun::IpAddress> local;
};

/// Whether every allocation has relay sockets of its own, or several share a few.
enum class RelaySharing : std::uint8_t { own, shared };

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

struct LogSettings {
  LogLevel level = LogLevel::warning;  // -v: info, -V: debug, unless --log-min-level says more
  LogFormat format = LogFormat::text;
  bool to_stdout = true;
  bool to_syslog = false;
  std::string syslog_facility;
  bool receive_batches = false;                 // statistics every ten seconds
  bool send_batches = false;                    // the same
  std::string file;                             // empty: none
  bool simple = false;                          // the file's name as given: no date, no roll-over
  std::string timestamp_format = "%FT%T.%f%z";  // %f: milliseconds
};

/// A certificate with its key.
struct CertificateFiles {
  std::string certificate_file;
  std::string key_file;  // empty: the key is in certificate_file
};

struct TlsSettings {
  bool served = true;                     // over TCP
  bool datagrams = false;                 // DTLS
  std::uint16_t port = 5349;              // 0: any free one (tests)
  std::uint16_t alternate_port = 0;       // of RFC 5780; 0: the next one
  std::string certificate_file;           // empty: a certificate is made
  std::string key_file;                   // empty: the key is in certificate_file
  std::vector<CertificateFiles> further;  // for clients that ask for one of their names
  std::string passphrase;                 // of the keys
  std::string client_ca_file;             // empty: clients need no certificate
  std::string cipher_list;                // empty: the good ones
  std::string curves;                     // empty: OpenSSL's choice
  bool version_1_0 = false, version_1_1 = false, version_1_2 = true;  // 1.3 always
  std::string state_dir;  // for the certificate that is made; empty: the usual place
};

/// HTTP on the ports of TURN.
struct HttpSettings {
  bool served = true;
  bool refused = false;                             // answered with 400, whatever is asked for
  std::string acme_redirect;                        // a URL; empty: none
  std::vector<turn::AddressRange> metrics_readers;  // beside this host
};

/// The port that Prometheus asks.
struct MetricsSettings {
  bool served = false;
  std::uint16_t port = 9641;               // 0: any free one (tests)
  std::optional<stun::IpAddress> address;  // nothing: any
  std::string path = "/metrics";
  bool by_user = false;          // traffic is told apart by users
  bool tls = false;              // nothing is told without TLS
  std::string certificate_file;  // empty: that of the clients
  std::string key_file;          // empty: the key is in certificate_file
};

/// Ports where a proxy says whose connection or datagram it passes on.
struct ProxySettings {
  std::optional<std::uint16_t> tcp_port, udp_port;  // 0: any free one (tests)
  std::vector<turn::AddressRange> trusted;          // empty: proxies on this host
};

/// Pages, rooms and WebSockets.
struct SignalingSettings {
  bool served = true;
  // 0: any free one. Nothing: the usual one, if it is free.
  std::optional<std::uint16_t> port, tls_port;
  std::optional<std::uint16_t> chat_port;  // nothing: none; 0: any free one (tests)
  std::vector<std::string> origins;        // of pages elsewhere that may connect; `*`: all
  std::string web_root;                    // empty: the built-in pages
  std::size_t room_size = 2;
  std::chrono::seconds ping_interval{25};
  std::size_t connections_per_address = 20;  // 0: no limit
};
inline constexpr std::uint16_t usual_signal_port = 8099, usual_signal_tls_port = 8098;

/// A realm besides the one of `-r`, or what is particular to that one.
struct RealmSetting {
  std::string name;
  std::vector<std::string> origins;  // clients of these pages belong to it
  std::vector<UserSetting> users;
  std::vector<std::string> secrets;
  std::optional<std::uint32_t> user_quota, total_quota;  // none: as everywhere
  std::optional<std::uint64_t> max_bps;
};

struct Settings {
  // Listening. Empty listening_ips: every address of every interface that is up.
  std::vector<stun::IpAddress> listening_ips;
  std::string listening_device;
  std::uint16_t listening_port = 3478;  // 0: any free port (tests)
  bool behavior_discovery = false;      // RFC 5780
  std::uint16_t alternate_port = 0;     // of RFC 5780; 0: the next one
  bool udp = true;
  bool tcp = true;
  TlsSettings tls;
  HttpSettings http;
  MetricsSettings metrics;
  ProxySettings proxy;
  SignalingSettings signaling;
  std::vector<stun::TransportAddress> auxiliary_listeners;
  // Where clients are sent. `alternate_servers`: UDP and TCP clients, where there are no others.
  std::vector<turn::AlternateServer> alternate_servers, udp_alternate_servers;
  std::vector<turn::AlternateServer> tcp_alternate_servers, tls_alternate_servers;
  bool udp_self_balance = false;                // UDP clients to the auxiliary listeners
  std::size_t workers = 0;                      // 0: as many as CPUs may be used
  std::size_t socket_buffer = 2 * 1024 * 1024;  // bytes, SO_RCVBUF and SO_SNDBUF
  bool io_uring = true;                         // where the kernel has it

  // Relaying.
  std::vector<stun::IpAddress> relay_ips;  // empty: see relay addresses in relay/plan
  std::string relay_device;
  std::vector<ExternalAddress> external_addresses;
  std::uint16_t min_port = 49152;
  std::uint16_t max_port = 65535;
  RelaySharing relay_sockets = RelaySharing::own;
  bool mobility = false;  // RFC 8016
  turn::Config turn;      // everything but relay_addresses is final here
  bool allow_loopback_peers = false;
  bool allow_multicast_peers = false;
  std::vector<turn::AddressRange> allowed_peers;
  std::vector<turn::AddressRange> denied_peers;
  std::uint32_t user_quota = 0;    // allocations per user, 0: none
  std::uint32_t total_quota = 0;   // allocations in all, 0: none
  std::uint64_t bps_capacity = 0;  // bytes/s that all allocations may reserve in all, 0: none

  // Who may come in.
  bool anonymous = false;  // -z
  std::string realm;       // empty: the host's domain name, else its name
  std::vector<UserSetting> users;
  std::vector<RealmSetting> realms;
  bool open_rooms = false;           // credentials for pages without a room's token
  bool time_limited = false;         // --use-auth-secret
  std::vector<std::string> secrets;  // --static-auth-secret
  char rest_api_separator = ':';
  bool oauth = false;       // access tokens (RFC 7635)
  std::string server_name;  // that they are made for; empty: the realm
  std::vector<auth::AccessTokenKey> oauth_keys;
  std::chrono::seconds nonce_lifetime{600};  // 0: never stale
  std::string nonce_secret;                  // empty: random per start
  bool limit_unauthorized = true;            // 401 answers per source address
  std::uint32_t unauthorized_per_second = 200;
  std::chrono::seconds max_allocate_timeout{60};  // TCP clients that never allocate

  // The process.
  LogSettings log;
  bool daemon = false;
  std::string pid_file;  // empty: none
  std::string run_as_user;
  std::string run_as_group;
  std::size_t drain_min_allocations = 0;
  std::chrono::seconds drain_timeout{10};  // after SIGTERM; 0: none
};

}  // namespace relay
