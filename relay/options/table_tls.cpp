#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "tls-listening-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "5349",
     .help =
         "Port for TLS, and for DTLS where that is on. Plain TCP and UDP are understood there "
         "too, and TLS and DTLS on listening-port, which may be the same. 0 takes any free one.",
     .set = [](Draft& d, std::string_view v) { return store(port(v), d.settings().tls.port); }},
    {.name = "alt-tls-listening-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "0",
     .help = "The second port for RFC 5780; 0 is the one after tls-listening-port.",
     .set = [](Draft& d,
               std::string_view v) { return store(port(v), d.settings().tls.alternate_port); }},
    {.name = "no-tls",
     .default_value = "false",
     .help = "Do not serve TLS over TCP.",
     .set = [](Draft& d,
               std::string_view v) { return store(inverted_boolean(v), d.settings().tls.served); }},
    {.name = "dtls",
     .default_value = "false",
     .help = "Serve DTLS 1.2 on every UDP port, and on tls-listening-port.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().tls.datagrams); }},
    {.name = "no-dtls",
     .default_value = "true",
     .help = "The opposite of dtls.",
     .state = State::deprecated,
     .note = "DTLS is off unless dtls is given",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().tls.datagrams);
         }},
    {.name = "cert",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Certificate chain, PEM, the own certificate first. Without it: one signed by an "
             "authority of our own, both kept in state-dir. Loaded again when it changes, and on "
             "SIGUSR2 and SIGHUP.",
     .example = "/etc/turnserver/cert.pem",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.certificate_file = v;
           return Result<void>();
         }},
    {.name = "pkey",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Private key, PEM. Without it: in the file of cert.",
     .example = "/etc/turnserver/pkey.pem",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.key_file = v;
           return Result<void>();
         }},
    {.name = "sni-cert",
     .kind = Kind::list,
     .value_name = "CERT[,KEY]",
     .help = "A further certificate chain and its private key, for clients that ask for one of its "
             "names (SNI); all others get that of cert. May be repeated.",
     .example = "/etc/turnserver/meet.pem,/etc/turnserver/meet-key.pem",
     .set =
         [](Draft& d, std::string_view v) {
           return append(certificate_files(v), d.settings().tls.further);
         }},
    {.name = "pkey-pwd",
     .kind = Kind::value,
     .value_name = "PASSWORD",
     .help = "What the private keys are encrypted with.",
     .example = "a-passphrase",
     .secret = Secret::whole,
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.passphrase = v;
           return Result<void>();
         }},
    {.name = "CA-file",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Demand certificates of clients, signed by these.",
     .example = "/etc/turnserver/clients-ca.pem",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.client_ca_file = v;
           return Result<void>();
         }},
    {.name = "cipher-list",
     .kind = Kind::value,
     .value_name = "LIST",
     .help = "Ciphers of TLS 1.2 and DTLS, as OpenSSL writes them. Without it: AES-GCM and "
             "ChaCha20 with forward secrecy.",
     .example = "DEFAULT",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.cipher_list = v;
           return Result<void>();
         }},
    {.name = "ec-curve-name",
     .kind = Kind::value,
     .value_name = "NAME",
     .help = "The curve of the key exchange.",
     .example = "prime256v1",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.curves = v;
           return Result<void>();
         }},
    {.name = "state-dir",
     .kind = Kind::value,
     .value_name = "FOLDER",
     .help =
         "Where the authority, the certificate and the shared secret of our own are kept. Without "
         "it: $STATE_DIRECTORY, else /var/lib/turnserver where that can be written, else "
         "~/.local/state/turnserver.",
     .example = "/var/lib/turnserver",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().tls.state_dir = v;
           return Result<void>();
         }},
    {.name = "dh566",
     .default_value = "false",
     .help = "Key exchange with a 566-bit group. Weak.",
     .state = State::ignored,
     .note = "weak groups are never used"},
    {.name = "dh1066",
     .default_value = "false",
     .help = "Key exchange with a 1066-bit group. Weak.",
     .state = State::ignored,
     .note = "weak groups are never used"},
    {.name = "dh-file",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Key exchange with the group in this file, PEM.",
     .example = "/etc/turnserver/dh.pem",
     .state = State::ignored,
     .note = "OpenSSL picks a strong group by itself"},
    {.name = "tlsv1",
     .default_value = "false",
     .help = "Allow TLS 1.0 and 1.1, and DTLS 1.0. Weak.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().tls.version_1_0); }},
    {.name = "tlsv1_1",
     .default_value = "false",
     .help = "Allow TLS 1.1 and DTLS 1.0. Weak.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().tls.version_1_1); }},
    {.name = "no-tlsv1_2",
     .default_value = "false",
     .help = "Refuse TLS 1.2: only 1.3 is left. DTLS stays at 1.2, there being no newer one here.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().tls.version_1_2);
         }},
    {.name = "raw-public-keys",
     .default_value = "false",
     .help = "Accept raw public keys (RFC 7250).",
     .state = State::ignored,
     .note = "this needs OpenSSL 3.2"},
};

}  // namespace

constinit const std::span<const Option> tls_options{table};

}  // namespace relay::options
