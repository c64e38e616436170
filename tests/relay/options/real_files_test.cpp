// Configuration files as people have them: written in the manner of the usual guides for the usual
// programs in front of a TURN server.
#include "bench.h"

namespace relay::options {

TEST_CASE("a file for a Matrix homeserver", "[options]") {
  const Parsed result = from_conf(R"(
use-auth-secret
static-auth-secret=n0t4RealSecretButLongEnoughToLookLikeOne
realm=turn.matrix.example.org
# VoIP traffic is all UDP. There is no reason to let users connect to arbitrary TCP endpoints.
no-tcp-relay
denied-peer-ip=10.0.0.0-10.255.255.255
denied-peer-ip=192.168.0.0-192.168.255.255
denied-peer-ip=172.16.0.0-172.31.255.255
denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
allowed-peer-ip=10.0.0.1
user-quota=12
total-quota=1200
no-multicast-peers
)");
  CHECK(result.warnings.empty());
  CHECK(result.settings.time_limited);
  CHECK(result.settings.secrets == Lines{"n0t4RealSecretButLongEnoughToLookLikeOne"});
  CHECK(result.settings.denied_peers.size() == 4);
  CHECK(result.settings.allowed_peers.size() == 1);
  CHECK(result.settings.user_quota == 12);
  CHECK(result.settings.total_quota == 1200);
  CHECK_FALSE(result.settings.allow_multicast_peers);
}

TEST_CASE("a file for Nextcloud Talk", "[options]") {
  const Parsed result = from_conf(R"(listening-port=3478
fingerprint
lt-cred-mech
use-auth-secret
static-auth-secret=yourSecretCodedHere
realm=cloud.example.org
total-quota=100
bps-capacity=0
stale-nonce
cipher-list="ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:!ADH:!AECDH:!MD5"
no-loopback-peers
no-multicast-peers
)");
  CHECK(result.warnings ==
        Lines{"turnserver.conf:11: no-loopback-peers: no longer exists; they are refused unless "
              "allow-loopback-peers is given"});
  CHECK(result.settings.turn.always_fingerprint);
  CHECK(result.settings.time_limited);
  CHECK(result.settings.total_quota == 100);
  CHECK(result.settings.nonce_lifetime.count() == 600);
}

TEST_CASE("a file for Jitsi Meet", "[options]") {
  const Parsed result = from_conf(R"(# jitsi-meet coturn config. Do not modify this line
use-auth-secret
keep-address-family
static-auth-secret=abcdefgh
realm=meet.example.org
cert=/etc/ssl/meet.example.org.crt
pkey=/etc/ssl/meet.example.org.key
no-multicast-peers
no-cli
no-loopback-peers
no-tcp-relay
no-tcp
listening-port=3478
tls-listening-port=5349
no-tlsv1
no-tlsv1_1
# https://ssl-config.mozilla.org/#server=haproxy
cipher-list=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
# without it there are errors when running on Ubuntu 20.04
dh2066
denied-peer-ip=0.0.0.0-0.255.255.255
denied-peer-ip=100.64.0.0-100.127.255.255
syslog
)");
  CHECK(result.settings.turn.default_family == turn::DefaultFamily::keep);
  CHECK_FALSE(result.settings.tcp);
  CHECK(result.settings.log.to_syslog);
  CHECK(result.settings.denied_peers.size() == 2);
  CHECK(result.settings.tls.certificate_file == "/etc/ssl/meet.example.org.crt");
  CHECK(result.settings.tls.key_file == "/etc/ssl/meet.example.org.key");
  CHECK(result.warnings.size() == 6);
}

TEST_CASE("a file for BigBlueButton", "[options]") {
  const Parsed result = from_conf(R"(listening-port=3478
tls-listening-port=443

listening-ip=192.0.2.10
relay-ip=192.0.2.10

# If the server is behind NAT, you need to specify the external IP address.
# If there is only one external address, specify it like this:
#external-ip=172.17.19.120

min-port=32769
max-port=65535
verbose

fingerprint
lt-cred-mech
use-auth-secret
static-auth-secret=5e884898da28047151d0e56f8dc62927
realm=bbb.example.org

keep-address-family

no-cli
no-tlsv1
no-tlsv1_1
no-rfc5780
no-stun-backward-compatibility
response-origin-only-with-rfc5780
log-file=/var/log/turnserver/coturn.log
simple-log
proc-user=turnserver
proc-group=turnserver
pidfile="/var/run/turnserver.pid"
)");
  const Settings& settings = result.settings;
  CHECK(settings.listening_ips[0].to_string() == "192.0.2.10");
  CHECK(settings.tls.port == 443);
  CHECK(settings.min_port == 32769);
  CHECK(settings.log.level == LogLevel::info);
  CHECK(settings.log.file == "/var/log/turnserver/coturn.log");
  CHECK(settings.log.simple);
  CHECK(settings.run_as_user == "turnserver");
  CHECK(settings.run_as_group == "turnserver");
  CHECK(settings.pid_file == "/var/run/turnserver.pid");
}

TEST_CASE("a file for a cloud host behind a one-to-one NAT", "[options]") {
  const Parsed result = from_conf(R"(listening-ip=172.31.5.20
listening-ip=::1
relay-ip=172.31.5.20
external-ip=203.0.113.77/172.31.5.20
user=webrtc:pass word with blanks
user=key:0x7da2270ccfa49786e0115366d3a3d14d
realm=example.org
lt-cred-mech
max-bps=125000
bps-capacity=12500000
log-file=stdout
no-stdout-log
mobility
cli-password=qwerty
prometheus
)");
  const Settings& settings = result.settings;
  CHECK(settings.external_addresses[0].local->to_string() == "172.31.5.20");
  CHECK(settings.allowed_peers[0].first.to_string() == "172.31.5.20");
  CHECK(settings.users[0].password == "pass word with blanks");
  CHECK(settings.users[1].key_hex == "7da2270ccfa49786e0115366d3a3d14d");
  CHECK(settings.users[1].password.empty());
  CHECK(settings.turn.max_bps == 125'000);
  CHECK(settings.bps_capacity == 12'500'000);
  CHECK(settings.log.to_stdout);
  CHECK(settings.log.file.empty());
  CHECK(settings.mobility);
  CHECK(result.warnings ==
        Lines{"turnserver.conf:14: cli-password: the telnet administration is not built yet, "
              "ignored"});
  CHECK(settings.metrics.served);
}

TEST_CASE("the words that containers start with", "[options]") {
  const Parsed result =
      parsed({"-n", "--log-file=stdout", "--external-ip=203.0.113.5", "--min-port=49160",
              "--max-port=49200", "--lt-cred-mech", "--fingerprint", "--no-multicast-peers",
              "--no-cli", "--no-tlsv1", "--realm=example.org", "--user=guest:guest", "--verbose"});
  CHECK(result.settings.max_port == 49200);
  CHECK(result.settings.log.to_stdout);
  CHECK(result.warnings ==
        Lines{"--no-cli: deprecated; the telnet administration is off unless cli is given",
              "--no-tlsv1: no longer exists; TLS 1.0 is refused unless tlsv1 is given"});
}

}  // namespace relay::options
