// A stranger who sends what costs a server work, as fast as one process can, for flood_test.py.
// From several sockets in turn, so that every worker of the server has its share.
//   flood SERVER SOURCE_IP junk|binding|allocate|forged SECONDS
// `forged` are Allocates of a known user, with a nonce of the server's and a wrong password. Prints
// how many datagrams it sent.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"

namespace {

using relay::net::FileDescriptor;
using relay::net::SocketAddress;
using stun::AttributeType;

constexpr std::size_t sockets = 16, datagrams = 32;
constexpr std::uint8_t udp_protocol = 17;

struct Datagram {
  std::array<std::byte, 512> bytes{};
  std::size_t size = 0;
};
using Salvo = std::array<Datagram, datagrams>;

std::mt19937_64& random_source() {
  static std::mt19937_64 source{std::random_device{}()};
  return source;
}

void fill_with_chance(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_source()() & 0xff);
}

stun::TransactionId new_id() {
  stun::TransactionId id;
  fill_with_chance(id);
  return id;
}

FileDescriptor open_socket(const stun::IpAddress& source, const stun::TransportAddress& server) {
  const SocketAddress from({source, 0}), to(server);
  FileDescriptor socket(::socket(relay::net::address_family(source.family()), SOCK_DGRAM, 0));
  if (::bind(socket.number(), from.data(), from.size()) != 0 ||
      ::connect(socket.number(), to.data(), to.size()) != 0) {
    return {};
  }
  return socket;
}

struct Challenge {
  std::string realm, nonce;
};

/// Asks for a challenge as any client does.
std::optional<Challenge> ask(const FileDescriptor& socket) {
  std::array<std::byte, 64> request;
  stun::MessageBuilder builder(request, {stun::Method::allocate, stun::Class::request}, new_id());
  builder.add_leading_u8(AttributeType::requested_transport, udp_protocol);
  const auto message = builder.finish();
  std::array<std::byte, 2048> answer;
  for (int tries = 0; tries < 10; ++tries) {
    ::send(socket.number(), message->data(), message->size(), 0);
    pollfd readable{.fd = socket.number(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 300) <= 0) continue;
    const ssize_t size = ::recv(socket.number(), answer.data(), answer.size(), 0);
    if (size <= 0) continue;
    const auto view =
        stun::MessageView::parse(std::span(answer).first(static_cast<std::size_t>(size)));
    if (!view) continue;
    const auto realm = view->value(AttributeType::realm), nonce = view->value(AttributeType::nonce);
    if (realm && nonce) {
      return Challenge{std::string(stun::as_text(*realm)), std::string(stun::as_text(*nonce))};
    }
  }
  return std::nullopt;
}

/// A message that costs the server what `kind` says.
Datagram compose(std::string_view kind, const Challenge& challenge) {
  Datagram datagram;
  if (kind == "junk") {
    datagram.size = 100;
    fill_with_chance(std::span(datagram.bytes).first(datagram.size));
    return datagram;
  }
  const auto method = kind == "binding" ? stun::Method::binding : stun::Method::allocate;
  stun::MessageBuilder builder(datagram.bytes, {method, stun::Class::request}, new_id());
  if (kind != "binding") {
    builder.add_leading_u8(AttributeType::requested_transport, udp_protocol);
  }
  if (kind == "forged") {
    builder.add_text(AttributeType::username, "u");
    builder.add_text(AttributeType::realm, challenge.realm);
    builder.add_text(AttributeType::nonce, challenge.nonce);
    builder.add_integrity(stun::long_term_key_md5("u", challenge.realm, "not the password"));
  }
  datagram.size = builder.finish()->size();
  return datagram;
}

std::uint64_t send_for(std::chrono::seconds duration, const std::vector<FileDescriptor>& from,
                       Salvo& salvo) {
  std::array<iovec, datagrams> vectors;
  std::array<mmsghdr, datagrams> messages{};
  for (std::size_t i = 0; i < datagrams; ++i) {
    vectors[i] = {.iov_base = salvo[i].bytes.data(), .iov_len = salvo[i].size};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::uint64_t sent = 0;
  const auto end = std::chrono::steady_clock::now() + duration;
  for (std::size_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
    const int count = ::sendmmsg(from[turn % from.size()].number(), messages.data(), datagrams, 0);
    if (count > 0) sent += static_cast<std::uint64_t>(count);
  }
  return sent;
}

int complain(std::string_view sentence) {
  fmt::print(stderr, "flood: {}\n", sentence);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() != 4) {
    return complain("flood IP:PORT SOURCE_IP junk|binding|allocate|forged SECONDS");
  }
  const auto server = stun::TransportAddress::parse(arguments[0]);
  const auto source = stun::IpAddress::parse(arguments[1]);
  const std::string_view kind = arguments[2];
  int seconds = 0;
  std::from_chars(arguments[3].data(), arguments[3].data() + arguments[3].size(), seconds);
  if (!server || !source || seconds < 1 || seconds > 60) return complain("no such address or time");

  std::vector<FileDescriptor> from;
  for (std::size_t i = 0; i < sockets; ++i) {
    from.push_back(open_socket(*source, *server));
    if (!from.back().is_open()) return complain("no socket");
  }
  const auto challenge = ask(from.front());
  if (!challenge) return complain("the server does not answer");
  Salvo salvo;
  for (Datagram& datagram : salvo) datagram = compose(kind, *challenge);
  fmt::print("{}\n", send_for(std::chrono::seconds(seconds), from, salvo));
}
