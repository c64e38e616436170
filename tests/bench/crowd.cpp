// Many clients with few sockets, for scale.py: they come a batch after the other, each from a
// five-tuple of its own, get what they came for, close their socket and leave their trace in the
// server. Prints one line of JSON.
//   crowd SERVER USER PASSWORD CLIENTS allocate|knock FIRST_IP...
// `allocate`: an allocation with a permission and a channel each. `knock`: a Binding and an
// Allocate without credentials, answered with a challenge. Each IP serves 50,000 clients.
#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "tools/turn_load/failure_text.h"
#include "tools/turn_load/session.h"

namespace bench {
namespace {

using namespace std::chrono_literals;
using turn_load::Bytes;
using turn_load::Clock;
using turn_load::Time;

constexpr std::size_t batch_size = 256;
constexpr std::uint16_t first_port = 10'000, ports_per_ip = 50'000;
constexpr auto patience = 15s;  // for one batch

struct Task {
  stun::TransportAddress server;
  turn_load::Account account;
  std::size_t clients = 0;
  bool allocate = false;
  std::vector<stun::IpAddress> ips;
};

/// What one client does: says what to send now and takes what came back.
class Errand {
 public:
  virtual ~Errand() = default;
  virtual Bytes poll(Time now) = 0;
  virtual void handle(const stun::MessageView& answer, Time now) = 0;
  virtual bool done() const = 0;
  /// Why it will never be done; empty: it may.
  virtual std::string failure() const = 0;
};

class AllocateErrand final : public Errand {
 public:
  /// Few have the same peer, so that those who share relay sockets need few of them.
  AllocateErrand(Task& task, std::size_t index)
      : task_(task),
        peer_{task.server.ip, static_cast<std::uint16_t>(1 + index % 1023)},
        session_(task.account, {.peer = peer_}) {}

  Bytes poll(Time now) override { return session_.poll(now); }
  void handle(const stun::MessageView& answer, Time now) override { session_.handle(answer, now); }
  bool done() const override { return session_.is_ready(); }
  std::string failure() const override {
    if (!session_.refusal()) return {};
    return turn_load::describe(*session_.refusal(), {.server = task_.server,
                                                     .transport = turn_load::Transport::udp,
                                                     .user = task_.account.user,
                                                     .peer = peer_.ip});
  }

 private:
  Task& task_;
  stun::TransportAddress peer_;
  turn_load::Session session_;
};

class KnockErrand final : public Errand {
 public:
  Bytes poll(Time now) override {
    if (now < due_) return {};
    due_ = now + 500ms;
    const stun::Method method = bound_ ? stun::Method::allocate : stun::Method::binding;
    stun::MessageBuilder builder(buffer_, {method, stun::Class::request}, {});
    if (bound_) builder.add_leading_u8(stun::AttributeType::requested_transport, 17);
    return *builder.finish();
  }
  void handle(const stun::MessageView& answer, Time) override {
    if (answer.method() == stun::Method::binding) {
      bound_ = answer.message_class() == stun::Class::success;
    } else {
      challenged_ = answer.has(stun::AttributeType::nonce);
    }
    due_ = {};
  }
  bool done() const override { return challenged_; }
  std::string failure() const override { return {}; }

 private:
  std::array<std::byte, 64> buffer_{};
  Time due_{};
  bool bound_ = false;
  bool challenged_ = false;
};

struct Client {
  relay::net::FileDescriptor socket;
  std::unique_ptr<Errand> errand;
};

class Crowd {
 public:
  explicit Crowd(Task& task) : task_(task) {}

  /// Empty, or why not all were served.
  std::string serve_all() {
    while (begun_ < task_.clients) {
      if (!open_batch()) return "no port left: give more addresses";
      if (std::string why = serve_batch(); !why.empty()) return why;
      served_ += batch_.size();
    }
    return {};
  }
  std::size_t served() const { return served_; }

 private:
  bool open_batch() {
    batch_.clear();
    while (batch_.size() < batch_size && begun_ < task_.clients) {
      const std::size_t index = next_port_++;
      if (index / ports_per_ip >= task_.ips.size()) return false;
      const stun::TransportAddress local{
          task_.ips[index / ports_per_ip],
          static_cast<std::uint16_t>(first_port + index % ports_per_ip)};
      auto socket = open_socket(local);
      if (!socket.is_open()) continue;  // Another program has that port.
      ++begun_;
      batch_.push_back({std::move(socket), make_errand()});
    }
    return true;
  }

  relay::net::FileDescriptor open_socket(const stun::TransportAddress& local) const {
    const relay::net::SocketAddress from(local), to(task_.server);
    const int family = relay::net::address_family(local.ip.family());
    relay::net::FileDescriptor socket(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    if (!socket.is_open() || ::bind(socket.number(), from.data(), from.size()) != 0 ||
        ::connect(socket.number(), to.data(), to.size()) != 0) {
      return {};
    }
    return socket;
  }

  std::unique_ptr<Errand> make_errand() const {
    if (task_.allocate) return std::make_unique<AllocateErrand>(task_, begun_);
    return std::make_unique<KnockErrand>();
  }

  std::string serve_batch() {
    const Time deadline = Clock::now() + patience;
    std::vector<Client*> waiting;
    for (Client& client : batch_) waiting.push_back(&client);
    while (!waiting.empty()) {
      const Time now = Clock::now();
      if (now > deadline) return fmt::format("{} clients got no answer", waiting.size());
      for (Client* const client : waiting) send_due(*client, now);
      wait_for_any(waiting);
      for (Client* const client : waiting) receive(*client);
      for (const Client* const client : waiting) {
        if (std::string why = client->errand->failure(); !why.empty()) return why;
      }
      std::erase_if(waiting, [](const Client* client) { return client->errand->done(); });
    }
    return {};
  }

  static void send_due(Client& client, Time now) {
    const Bytes request = client.errand->poll(now);
    if (!request.empty()) ::send(client.socket.number(), request.data(), request.size(), 0);
  }

  void wait_for_any(const std::vector<Client*>& waiting) {
    polled_.clear();
    for (const Client* const client : waiting) {
      polled_.push_back({.fd = client->socket.number(), .events = POLLIN, .revents = 0});
    }
    ::poll(polled_.data(), polled_.size(), 20);
  }

  void receive(Client& client) {
    const ssize_t size = ::recv(client.socket.number(), bytes_.data(), bytes_.size(), 0);
    if (size <= 0) return;
    const auto answer =
        stun::MessageView::parse(std::span(bytes_).first(static_cast<std::size_t>(size)));
    if (answer) client.errand->handle(*answer, Clock::now());
  }

  Task& task_;
  std::vector<Client> batch_;
  std::vector<pollfd> polled_;
  std::array<std::byte, 4096> bytes_{};
  std::size_t next_port_ = 0, begun_ = 0, served_ = 0;
};

std::optional<Task> parse(const std::vector<std::string_view>& arguments) {
  if (arguments.size() < 6) return std::nullopt;
  const auto server = stun::TransportAddress::parse(arguments[0]);
  if (!server) return std::nullopt;
  Task task{.server = *server,
            .account = {.user = std::string(arguments[1]), .password = std::string(arguments[2])},
            .allocate = arguments[4] == "allocate"};
  const std::string_view count = arguments[3];
  std::from_chars(count.data(), count.data() + count.size(), task.clients);
  for (std::size_t i = 5; i < arguments.size(); ++i) {
    const auto ip = stun::IpAddress::parse(arguments[i]);
    if (!ip) return std::nullopt;
    task.ips.push_back(*ip);
  }
  const bool known = task.allocate || arguments[4] == "knock";
  return known && task.clients > 0 ? std::optional(std::move(task)) : std::nullopt;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  auto task = bench::parse({argv + 1, argv + argc});
  if (!task) {
    fmt::print(stderr, "crowd IP:PORT USER PASSWORD CLIENTS allocate|knock IP...\n");
    return 2;
  }
  const auto start = bench::Clock::now();
  bench::Crowd crowd(*task);
  const std::string failure = crowd.serve_all();
  const std::chrono::duration<double> took = bench::Clock::now() - start;
  fmt::print(R"({{"served":{},"seconds":{:.3f}}})"
             "\n",
             crowd.served(), took.count());
  if (!failure.empty()) fmt::print(stderr, "crowd: {}\n", failure);
  return failure.empty() ? 0 : 1;
}
