#include "relay/self_test/patience.h"

#include <poll.h>

#include <cerrno>
#include <cstring>

namespace relay::self_test {
namespace {

/// Short enough for a request to stop to be heard.
constexpr std::chrono::milliseconds longest_wait{50};

}  // namespace

bool wait_for(int socket, short events, const Patience& patience) {
  while (!patience.is_over()) {
    pollfd waiting{.fd = socket, .events = events, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(longest_wait.count())) > 0) return true;
  }
  return false;
}

Failure explain(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "refused: nothing listens there, or a firewall rejects it";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "no route to it from here";
    case EPERM:
    case EACCES:
      return "forbidden by a firewall on this machine";
    case ECONNRESET:
    case EPIPE:
      return "the connection was closed";
    default:
      return std::strerror(error);
  }
}

}  // namespace relay::self_test
