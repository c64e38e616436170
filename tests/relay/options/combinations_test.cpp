// What options mean to each other.
#include "bench.h"

namespace relay::options {

TEST_CASE("options that contradict each other are refused", "[options]") {
  CHECK(failure({"-a", "-z"}) ==
        "lt-cred-mech (command line: -a) and no-auth (command line: -z) contradict each other; "
        "remove one of them");
  CHECK(failure({"-a"}, {{"turnserver.conf", "\nno-auth\n"}}) ==
        "lt-cred-mech (command line: -a) and no-auth (turnserver.conf:2) contradict each other; "
        "remove one of them");
  CHECK(failure({"--min-port=2000", "--max-port=1000"}) ==
        "min-port (command line: --min-port): 2000 is above max-port (command line: --max-port): "
        "1000; write the lower one as min-port");
  CHECK(
      failure({"--no-udp", "--no-tcp", "--no-tls"}) ==
      "no-udp (command line: --no-udp), no-tcp (command line: --no-tcp) and no-tls (command line: "
      "--no-tls): nothing is left to listen on; remove one of them");
  CHECK(failure({"--no-udp-relay", "--no-tcp-relay"}) ==
        "no-udp-relay (command line: --no-udp-relay) and no-tcp-relay (command line: "
        "--no-tcp-relay): nothing is left to relay; remove one of them, or write stun-only");
  CHECK(failure({"-B", "1000"}) ==
        "bps-capacity (command line: -B) needs max-bps, what each allocation reserves of it; write "
        "both or none");
  CHECK(failure({"-z", "--static-auth-secret=s"}) ==
        "no-auth (command line: -z) lets everybody in, while time-limited credentials are asked "
        "for; remove no-auth, or use-auth-secret and static-auth-secret");
  CHECK(failure({"--relay-sockets=shared", "--server-relay"}) ==
        "relay-sockets (command line: --relay-sockets) and server-relay (command line: "
        "--server-relay): with shared sockets it is the permission that tells whose packet it is; "
        "remove one of them");
}

TEST_CASE("relay sockets are everybody's own unless said otherwise", "[options]") {
  CHECK(parsed({}).settings.relay_sockets == RelaySharing::own);
  CHECK(parsed({"--relay-sockets", "shared"}).settings.relay_sockets == RelaySharing::shared);
  CHECK(from_conf("relay-sockets=shared\n").settings.relay_sockets == RelaySharing::shared);
  CHECK(from_yaml("relay-sockets: shared\n").settings.relay_sockets == RelaySharing::shared);
  CHECK(parsed({"--relay-sockets=own"}, {{"turnserver.conf", "relay-sockets=shared\n"}})
            .settings.relay_sockets == RelaySharing::own);
  const Parsed as_in_coturn = from_conf("multiplex-peer\n");
  CHECK(as_in_coturn.settings.relay_sockets == RelaySharing::shared);
  CHECK(as_in_coturn.warnings ==
        Lines{"turnserver.conf:1: multiplex-peer: deprecated; write relay-sockets=shared"});
  CHECK(from_yaml("multiplex-peer: false\n").settings.relay_sockets == RelaySharing::own);
}

constexpr const char* oauth_key_256 = "kid=north,key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

TEST_CASE("keys of access tokens switch them on", "[options][rfc7635]") {
  CHECK_FALSE(parsed({}).settings.oauth);
  const Parsed implied = parsed({"--oauth-key", oauth_key_256});
  CHECK(implied.settings.oauth);
  CHECK(implied.warnings.empty());
  CHECK(parsed({"--oauth"}).warnings ==
        Lines{"oauth (command line: --oauth): no key is given (oauth-key), so that no access token "
              "can be accepted"});
  const Parsed off = parsed({"--oauth=false", "--oauth-key", oauth_key_256});
  CHECK_FALSE(off.settings.oauth);
  CHECK(off.warnings == Lines{"oauth-key (command line: --oauth-key): of no use, access tokens are "
                              "off: oauth (command line: --oauth)"});
  CHECK(failure({"-z", "--oauth-key", oauth_key_256}) ==
        "no-auth (command line: -z) lets everybody in, while access tokens are asked for; remove "
        "no-auth, or oauth and oauth-key");
  CHECK(failure({"-u", "north:wind", "--oauth-key", oauth_key_256}) ==
        "oauth-key (command line: --oauth-key): \"north\" is a user as well; give the key another "
        "name (kid)");
}

TEST_CASE("what was taken back contradicts nothing", "[options]") {
  CHECK(parsed({"-z", "--no-auth=false", "-a"}).settings.anonymous == false);
  CHECK(parsed({"--no-udp", "--no-tcp", "--no-udp=no"}).settings.udp);
  CHECK(parsed({"--no-udp-relay", "--no-tcp-relay", "--no-tcp-relay=0"}).settings.turn.udp_relay ==
        false);
  CHECK(parsed({"--no-tcp-relay", "--no-tcp-relay=0"}).settings.turn.tcp_relay);
  CHECK(parsed({"-B", "0"}).settings.bps_capacity == 0);
  CHECK(parsed({"--relay-sockets=shared", "--server-relay=no"}).settings.turn.server_relay ==
        false);
}

TEST_CASE("nobody is let in without a password unless -z says so", "[options]") {
  CHECK_FALSE(parsed({}).settings.anonymous);
  CHECK_FALSE(parsed({"-a"}).settings.anonymous);
  CHECK(parsed({"-a"}).settings.users.empty());
  CHECK(parsed({"-z"}).settings.anonymous);
  CHECK(parsed({"-z", "-u", "a:b"}).warnings ==
        Lines{"no-auth (command line: -z): everybody may relay, the users that are given are never "
              "asked for"});
}

TEST_CASE("a secret implies time-limited credentials, beside static users", "[options]") {
  const Parsed both = parsed({"-u", "a:b", "--static-auth-secret=s", "--static-auth-secret=t"});
  CHECK(both.settings.time_limited);
  CHECK(both.settings.secrets == Lines{"s", "t"});
  CHECK(both.settings.users.size() == 1);
  CHECK(both.warnings.empty());
  CHECK(parsed({"--use-auth-secret"}).settings.time_limited);
  CHECK(
      parsed({"--static-auth-secret=s", "--use-auth-secret=0"}).warnings ==
      Lines{"use-auth-secret (command line: --use-auth-secret): on all the same, since there is a "
            "secret (command line: --static-auth-secret)"});
}

TEST_CASE("secrets can come from a file of their own", "[options]") {
  const Parsed result =
      parsed({"--static-auth-secret-file=/s"}, {{"/s", "first\n\n  second \r\nthird"}});
  CHECK(result.settings.secrets == Lines{"first", "second", "third"});
  CHECK(result.settings.time_limited);
  CHECK(failure({"--static-auth-secret-file=/s"}) ==
        "--static-auth-secret-file: cannot read /s: No such file or directory\n"
        "    --static-auth-secret-file=/s\n"
        "                              ^");
  CHECK_THAT(
      failure({"--static-auth-secret-file=/s"}, {{"/s", " \n\n"}}),
      Catch::StartsWith("--static-auth-secret-file: /s holds no secret; write one per line"));
}

TEST_CASE("external addresses: one per family, or pairs", "[options]") {
  const Parsed both = parsed({"-X", "203.0.113.1", "-X", "2001:db8::1"});
  CHECK(both.settings.external_addresses.size() == 2);
  CHECK(both.settings.allowed_peers.empty());
  CHECK(both.warnings.empty());

  const Parsed pairs = parsed({"-X", "203.0.113.1/10.0.0.1", "-X", "203.0.113.2/10.0.0.2"});
  CHECK(pairs.settings.external_addresses.size() == 2);
  REQUIRE(pairs.settings.allowed_peers.size() == 2);
  CHECK(pairs.settings.allowed_peers[1].last.to_string() == "10.0.0.2");

  const Parsed twice =
      parsed({"-X", "203.0.113.9"}, {{"turnserver.conf", "external-ip=203.0.113.1\n"}});
  REQUIRE(twice.settings.external_addresses.size() == 1);
  CHECK(twice.settings.external_addresses[0].external.to_string() == "203.0.113.9");
  CHECK(twice.warnings ==
        Lines{"-X: 203.0.113.9 replaces 203.0.113.1; for several addresses of one family write "
              "PUBLIC/PRIVATE for each"});
  CHECK(parsed({"-X", "203.0.113.9", "-X", "203.0.113.9"}).warnings.empty());
  CHECK_THAT(failure({"-X", "203.0.113.1/::1"}), Catch::Contains("are of different families"));
}

TEST_CASE("the log level: -v, -V, or what log-min-level says", "[options]") {
  CHECK(parsed({}).settings.log.level == LogLevel::warning);
  CHECK(parsed({"-v"}).settings.log.level == LogLevel::info);
  CHECK(parsed({"-V", "-v"}).settings.log.level == LogLevel::debug);
  CHECK(parsed({"-V", "--log-min-level=error"}).settings.log.level == LogLevel::error);
  CHECK(parsed({"--log-min-level=info"}).settings.log.level == LogLevel::info);
}

TEST_CASE("where the log goes", "[options]") {
  CHECK(parsed({"-l", "syslog"}).settings.log.to_syslog);
  CHECK(parsed({"-l", "-"}).settings.log.file.empty());
  CHECK(parsed({"-l", "/a", "-l", "/b"}).settings.log.file == "/b");
  CHECK_FALSE(parsed({"-l", "/a", "--no-stdout-log"}).settings.log.to_stdout);
  CHECK(parsed({"-l", "stdout", "--no-stdout-log"}).settings.log.to_stdout);
  CHECK(
      parsed({"--no-stdout-log"}).warnings ==
      Lines{"no-stdout-log (command line: --no-stdout-log): nothing is logged at all; log-file or "
            "syslog say where to"});
  CHECK(parsed({"--log-format=json"}).settings.log.format == LogFormat::json);
  CHECK(parsed({"--syslog", "--syslog-facility=local1"}).settings.log.syslog_facility ==
        "LOG_LOCAL1");
}

TEST_CASE("threads: -m, else --cpus, else what the host has", "[options]") {
  CHECK(parsed({}).settings.workers == 0);
  CHECK(parsed({"--cpus=3"}).settings.workers == 3);
  CHECK(parsed({"-m", "2", "--cpus=3"}).settings.workers == 2);
  CHECK(parsed({"-m", "0"}).settings.workers == 1);
  const Parsed many = parsed({"-m", "500"});
  CHECK(many.settings.workers == 128);
  CHECK(many.warnings == Lines{"-m: more than 128 threads are not made, 128 it is"});
  CHECK_THAT(failure({"--cpus=0"}), Catch::StartsWith("--cpus: 0 is out of range"));
}

TEST_CASE("a capacity below what one allocation takes is warned of", "[options]") {
  CHECK(parsed({"-s", "1000", "-B", "999"}).warnings ==
        Lines{"bps-capacity (command line: -B): less than max-bps, so that no allocation can be "
              "made"});
}

TEST_CASE("the SOFTWARE attribute is off unless asked for", "[options]") {
  CHECK(parsed({}).settings.turn.software.empty());
  CHECK(parsed({"--software-attribute"}).settings.turn.software == "turnbox " TURNBOX_VERSION);
  CHECK(parsed({"--no-software-attribute=false"}).settings.turn.software ==
        "turnbox " TURNBOX_VERSION);
  CHECK(parsed({"--software-attribute", "--no-software-attribute"}).settings.turn.software.empty());
}

TEST_CASE("what coturn allows and we do not can be allowed", "[options]") {
  CHECK_FALSE(parsed({}).settings.allow_multicast_peers);
  CHECK(parsed({"--no-multicast-peers=false"}).settings.allow_multicast_peers);
  CHECK(parsed({"--allow-loopback-peers"}).settings.allow_loopback_peers);
  CHECK(parsed({}).settings.limit_unauthorized);
  CHECK_FALSE(parsed({"--unauthorized-ratelimit=false"}).settings.limit_unauthorized);
}

TEST_CASE("TLS settings are what the options say", "[options]") {
  const TlsSettings plain = parsed({"-L", "127.0.0.1"}).settings.tls;
  CHECK(plain.served);
  CHECK(plain.port == 5349);
  CHECK(plain.version_1_2);
  CHECK_FALSE(plain.version_1_1);
  CHECK_FALSE(parsed({"--no-tls"}).settings.tls.served);
  const TlsSettings tls =
      parsed({"--cert=/c.pem", "--pkey=/k.pem", "--pkey-pwd=x", "--CA-file=/ca.pem",
              "--cipher-list=ALL", "--ec-curve-name=prime256v1", "--tls-listening-port=443",
              "--no-tlsv1_2", "--state-dir=/s"})
          .settings.tls;
  CHECK(tls.certificate_file == "/c.pem");
  CHECK(tls.key_file == "/k.pem");
  CHECK(tls.passphrase == "x");
  CHECK(tls.client_ca_file == "/ca.pem");
  CHECK(tls.cipher_list == "ALL");
  CHECK(tls.curves == "prime256v1");
  CHECK(tls.port == 443);
  CHECK_FALSE(tls.version_1_2);
  CHECK(tls.state_dir == "/s");
}

TEST_CASE("further certificates have their keys beside them or in them", "[options]") {
  const auto further =
      parsed({"--sni-cert=/a.pem,/a-key.pem", "--sni-cert=/b.pem"}).settings.tls.further;
  REQUIRE(further.size() == 2);
  CHECK(further[0].certificate_file == "/a.pem");
  CHECK(further[0].key_file == "/a-key.pem");
  CHECK(further[1].certificate_file == "/b.pem");
  CHECK(further[1].key_file.empty());
  CHECK(failure({"--sni-cert=/a.pem,"}) ==
        "--sni-cert: the file of the key is missing; write CERT,KEY, or CERT alone if it holds the "
        "key too\n    --sni-cert=/a.pem,\n                     ^");
  CHECK(failure({"--sni-cert=,/k.pem"}) ==
        "--sni-cert: the file of a certificate is missing; write CERT or CERT,KEY\n"
        "    --sni-cert=,/k.pem\n               ^");
}

TEST_CASE("on any free port TLS takes any free one too, unless it is given", "[options]") {
  CHECK(parsed({"-p", "0"}).settings.tls.port == 0);
  CHECK(parsed({"-p", "0", "--tls-listening-port=5349"}).settings.tls.port == 5349);
}

TEST_CASE("a key without a certificate is remarked on", "[options]") {
  CHECK(parsed({"--pkey=/k.pem"}).warnings ==
        Lines{"pkey (command line: --pkey): of no use without a certificate (cert), one of our own "
              "is made"});
}

}  // namespace relay::options
