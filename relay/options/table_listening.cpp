#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "listening-ip",
     .letter = 'L',
     .kind = Kind::list,
     .value_name = "IP",
     .help = "Address to listen on. Without it: every address of every interface that is up.",
     .example = "0.0.0.0",
     .set = [](Draft& d,
               std::string_view v) { return append(ip_address(v), d.settings().listening_ips); }},
    {.name = "listening-port",
     .letter = 'p',
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "3478",
     .help = "Port for UDP and TCP. 0 takes any free one.",
     .set = [](Draft& d,
               std::string_view v) { return store(port(v), d.settings().listening_port); }},
    {.name = "listening-device",
     .letter = 'd',
     .kind = Kind::value,
     .value_name = "DEVICE",
     .help = "Listen on this network interface alone (SO_BINDTODEVICE).",
     .example = "eth0",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().listening_device = v;
           return Result<void>();
         }},
    {.name = "no-udp",
     .default_value = "false",
     .help = "Do not listen on UDP.",
     .set = [](Draft& d,
               std::string_view v) { return store(inverted_boolean(v), d.settings().udp); }},
    {.name = "no-tcp",
     .default_value = "false",
     .help = "Do not listen on TCP.",
     .set = [](Draft& d,
               std::string_view v) { return store(inverted_boolean(v), d.settings().tcp); }},
    {.name = "relay-threads",
     .letter = 'm',
     .kind = Kind::value,
     .value_name = "N",
     .help = "Worker threads, 128 at most; 0 means one. Without it: as many as the CPUs that the "
             "process may use.",
     .example = "4",
     .set =
         [](Draft& d, std::string_view v) {
           Result<std::uint64_t> threads = number(v, 0, 1'000'000);
           if (threads && *threads > 128) {
             d.remarks.push_back("more than 128 threads are not made, 128 it is");
             threads = 128;
           }
           if (threads && *threads == 0) threads = 1;
           return store(threads, d.relay_threads);
         }},
    {.name = "cpus",
     .kind = Kind::value,
     .value_name = "N",
     .help = "Reckon with this many CPUs (1 to 128) where the true number cannot be seen. "
             "relay-threads has precedence.",
     .example = "4",
     .set = [](Draft& d, std::string_view v) { return store(number(v, 1, 128), d.cpus); }},
    {.name = "sock-buf-size",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "2097152",
     .unit = "bytes",
     .help = "Receive and send buffer of every socket (SO_RCVBUF, SO_SNDBUF).",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 4096, 1 << 30), d.settings().socket_buffer);
         }},
    {.name = "aux-server",
     .kind = Kind::list,
     .value_name = "IP:PORT",
     .help = "A further address and port to listen on. Clients that come there are served there: "
             "none is sent to an alternate server, and RFC 5780 has no part in it.",
     .example = "192.0.2.1:12345",
     .set =
         [](Draft& d, std::string_view v) {
           return append(listener_address(v), d.settings().auxiliary_listeners);
         }},
    {.name = "tcp-proxy-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "0",
     .help = "A further TCP port for proxies that say in a PROXY header (version 1 or 2) whose "
             "connection it is; behind the header comes whatever listening-port understands, TLS "
             "too. 0 is none.",
     .set = [](Draft& d,
               std::string_view v) { return store(port_or_none(v), d.settings().proxy.tcp_port); }},
    {.name = "udp-proxy-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "0",
     .help = "A further UDP port for proxies that put a PROXY header (version 2) into each "
             "datagram. Answers go to where the datagram came from, without one. 0 is none.",
     .set = [](Draft& d,
               std::string_view v) { return store(port_or_none(v), d.settings().proxy.udp_port); }},
    {.name = "trusted-proxy",
     .kind = Kind::list,
     .value_name = "RANGE",
     .help = "Whose PROXY headers are believed: an address, a range or a network. Without it: "
             "proxies on this very host. Everybody else is refused on those ports.",
     .example = "10.0.0.0/8",
     .set =
         [](Draft& d, std::string_view v) {
           return append(address_range(v), d.settings().proxy.trusted);
         }},
    {.name = "udp-recvmmsg",
     .default_value = "true",
     .help = "Receive datagrams in batches.",
     .state = State::ignored,
     .note = "datagrams are always received in batches",
     .off = "true"},
    {.name = "udp-recvmmsg-log",
     .default_value = "false",
     .help =
         "Every ten seconds, log how many datagrams a receive call gave and how many were lost.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().log.receive_batches); }},
    {.name = "udp-sendmmsg-log",
     .default_value = "false",
     .help = "Every ten seconds, log how many datagrams left together and how many by UDP_SEGMENT.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().log.send_batches); }},
    {.name = "udp-gso",
     .default_value = "false",
     .help = "Let the kernel cut large sends into datagrams (UDP_SEGMENT).",
     .state = State::ignored,
     .note = "UDP_SEGMENT is used by itself wherever the kernel has it"},
    {.name = "io-uring",
     .default_value = "true",
     .help = "Receive and send in batches through io_uring where the kernel has it; containers "
             "mostly forbid it, and single system calls take its place.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.settings().io_uring); }},
};

}  // namespace

constinit const std::span<const Option> listening_options{table};

}  // namespace relay::options
