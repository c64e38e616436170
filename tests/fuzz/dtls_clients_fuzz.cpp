// The DTLS clients of a worker under a schedule of anything: datagrams of strangers, of clients
// that mean well and whose datagrams are lost, doubled, changed or late, and time.
#include <array>
#include <cassert>
#include <cstdlib>
#include <memory>

#include "relay/net/tls/self_made.h"
#include "tests/relay/dtls_bench.h"
#include "tests/support/temporary_directory.h"

namespace {

using relay::test::Buffer;
using relay::test::DtlsBench;
using stun::Bytes;

const relay::net::tls::SharedContext& context() {
  static const relay::net::tls::SharedContext made([] {
    const TemporaryDirectory folder;
    const auto files = relay::net::tls::keep_self_made(
        folder / "", {.dns = {"localhost"}, .addresses = {}}, relay::net::tls::wall_clock());
    return relay::net::tls::Context::load({.certificate_file = files.value().certificate_file,
                                           .key_file = files.value().key_file})
        .value();
  }());
  return made;
}

/// Reads the schedule; zeros when it is over.
struct Schedule {
  Bytes bytes;
  bool over() const { return bytes.empty(); }
  unsigned next() {
    if (over()) return 0;
    const auto value = std::to_integer<unsigned>(bytes.front());
    bytes = bytes.subspan(1);
    return value;
  }
  Bytes take(std::size_t size) {
    const Bytes taken = bytes.first(std::min(size, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
  }
};

/// A few clients with a server between two of the same address.
class Play {
 public:
  explicit Play(Bytes bytes) : schedule_{bytes} { bench_.echoes = true; }

  void run() {
    for (int steps = 0; steps < 200 && !schedule_.over(); ++steps) step();
    bench_.advance(std::chrono::minutes(5));
    bench_.advance(std::chrono::minutes(5));
    if (bench_.counters.clients.read() != 0) std::abort();  // Nobody had an allocation.
  }

 private:
  struct Client {
    DtlsBench::Client dtls;
    std::vector<Buffer> to_server, to_client;
  };

  void step() {
    const unsigned what = schedule_.next();
    const std::size_t who = what >> 3 & 3;
    switch (what & 7) {
      case 0:
        return give(who, schedule_.take(schedule_.next()));
      case 1:
        return give_record(who);
      case 2:
        return deliver_to_server(who);
      case 3:
        return deliver_to_client(who);
      case 4:
        return speak(who);
      case 5:
        return bench_.advance(std::chrono::milliseconds(100 * schedule_.next()));
      case 6:
        return bench_.end_round();
      default:
        clients_[who].reset();  // It is started anew at its next turn.
    }
  }

  static turn::FiveTuple name_of(std::size_t who) {
    constexpr std::array<const char*, 4> names{"198.51.100.7:40000", "198.51.100.7:40001",
                                               "[2001:db8::7]:40000", "203.0.113.1:1"};
    return relay::test::dtls_client_at(names[who]);
  }
  Client& client(std::size_t who) {
    if (!clients_[who]) {
      clients_[who] = std::make_unique<Client>();
      clients_[who]->dtls.receive();
      collect(*clients_[who]);
    }
    return *clients_[who];
  }
  static void collect(Client& client) {
    for (Buffer& datagram : client.dtls.take_output()) {
      client.to_server.push_back(std::move(datagram));
    }
  }

  void give(std::size_t who, Bytes datagram) {
    if (datagram.empty()) return;
    std::vector<Buffer> sent = bench_.give(name_of(who), datagram);
    Client& own = client(who);
    for (Buffer& each : sent) own.to_client.push_back(std::move(each));
  }
  void give_record(std::size_t who) {
    Buffer record(13);
    record[0] = static_cast<std::byte>(20 + schedule_.next() % 4);
    stun::store_u16(record, 1, 0xfefd);
    stun::store_u16(record, 3, static_cast<std::uint16_t>(schedule_.next() % 3));
    stun::store_u32(record, 7, schedule_.next());
    const Bytes fragment = schedule_.take(schedule_.next());
    stun::store_u16(record, 11, static_cast<std::uint16_t>(fragment.size()));
    record.insert(record.end(), fragment.begin(), fragment.end());
    give(who, record);
  }
  void deliver_to_server(std::size_t who) {
    Client& own = client(who);
    if (own.to_server.empty()) return;
    const unsigned how = schedule_.next();
    Buffer datagram = own.to_server.front();
    if ((how & 1) == 0) own.to_server.erase(own.to_server.begin());  // else it comes twice
    if ((how & 6) == 6) return;                                      // lost
    if ((how & 8) != 0) datagram[schedule_.next() % datagram.size()] ^= std::byte{1};
    if ((how & 16) != 0) datagram.resize(1 + schedule_.next() % datagram.size());
    give((how & 32) != 0 ? schedule_.next() % 4 : who, datagram);
  }
  void deliver_to_client(std::size_t who) {
    Client& own = client(who);
    if (own.to_client.empty()) return;
    const Buffer datagram = own.to_client.front();
    own.to_client.erase(own.to_client.begin());
    if (schedule_.next() % 8 != 7) own.dtls.receive(datagram);
    collect(own);
  }
  void speak(std::size_t who) {
    Client& own = client(who);
    const Bytes message = schedule_.take(1 + schedule_.next() % 32);
    if (own.dtls.is_established() && !message.empty()) own.dtls.send(message);
    if (!message.empty()) bench_.clients.send_control(name_of(who), message);
    if (schedule_.next() % 16 == 15) own.dtls.close();
    collect(own);
  }

  Schedule schedule_;
  DtlsBench bench_{context()};
  std::array<std::unique_ptr<Client>, 4> clients_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Play(std::as_bytes(std::span(data, size))).run();
  return 0;
}
