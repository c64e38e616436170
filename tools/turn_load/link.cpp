#include "tools/turn_load/link.h"

#include <cerrno>

#include "tools/turn_load/failure_text.h"
#include "tools/turn_load/stream_link.h"

namespace turn_load {
namespace {

using relay::net::FileDescriptor;
using relay::net::SocketAddress;

class UdpLink final : public Link {
 public:
  UdpLink(const Route& route, const stun::IpAddress& local) : route_(route) {
    auto socket = open_datagram_socket({local, 0});
    if (!socket) {
      fail(socket.error());
      return;
    }
    socket_ = std::move(*socket);
    const SocketAddress server(route.server);
    if (::connect(fd(), server.data(), server.size()) != 0) fail(errno);
  }

  int fd() const override { return socket_.number(); }
  bool is_open() const override { return failure_.empty(); }
  void advance() override {}
  bool wants_write() const override { return false; }
  void send(Bytes message) override {
    if (::send(fd(), message.data(), message.size(), MSG_DONTWAIT) < 0 && errno != EAGAIN) {
      fail(errno);
    }
  }
  std::size_t send_train(Bytes train, std::size_t segment) override {
    return route_.sender->send(fd(), train, segment, nullptr);
  }
  void receive(MessageSink& sink) override {
    if (const int error = route_.receiver->receive(fd(), sink)) fail(error);
  }

 private:
  void fail(int error) {
    failure_ = describe_errno(error, {route_.server, route_.transport, route_.user, route_.peer});
  }

  const Route& route_;
  FileDescriptor socket_;
};

}  // namespace

std::unique_ptr<Link> open_link(const Route& route, const stun::IpAddress& local) {
  if (route.transport == Transport::udp) return std::make_unique<UdpLink>(route, local);
  return std::make_unique<StreamLink>(route, local);
}

}  // namespace turn_load
