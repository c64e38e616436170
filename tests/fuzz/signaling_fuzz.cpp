// The rooms of two workers, driven by lines: whatever comes, the rooms keep their rules, all that
// is said to anybody is JSON, and when everybody has gone nothing is left.
//
//   oN  cN    a connection, or a guest of the chat, comes to worker N
//   tNTEXT    the Nth connection says TEXT
//   xN  fN    it closes; it sends too much
//   rNLINE    worker N is asked LINE, such as `POST /join/tea`, with the next line as content
//   d   s     one letter is delivered; a second passes
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "relay/http/utf8.h"
#include "tests/relay/signaling/bench.h"

namespace {

using namespace std::chrono_literals;
using relay::signaling::Dialect;
using relay::signaling::test::Bench;
using relay::signaling::test::Client;

void require(bool holds) {
  if (!holds) std::abort();
}

class Drive {
 public:
  Drive() { bench_.mail_is_prompt = false; }

  void run(std::string_view input) {
    while (!input.empty() && steps_++ < max_steps) {
      const std::string_view line = take_line(input);
      if (line.empty()) continue;
      const std::size_t number = line.size() > 1 ? static_cast<unsigned char>(line[1]) : 0;
      step(line.front(), number, line.size() > 2 ? line.substr(2) : std::string_view(), input);
      require(bench_.is_consistent());
      for (Client& client : clients_) expect_json(client);
    }
    end();
  }

 private:
  static constexpr std::size_t workers = 2, max_steps = 400, max_clients = 40;

  static std::string_view take_line(std::string_view& input) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    return line;
  }

  void step(char what, std::size_t number, std::string_view text, std::string_view& input) {
    switch (what) {
      case 'o':
        return open(number, Dialect::undecided);
      case 'c':
        return open(number, Dialect::chat);
      case 'r':
        return ask(number, text, take_line(input));
      case 'd':
        bench_.deliver_one();
        return;
      case 's':
        return bench_.advance(1s);
      default:
        break;
    }
    if (clients_.empty()) return;
    Client& client = clients_[number % clients_.size()];
    if (what == 'x') client.close();
    if (client.is_closed()) return;
    if (what == 't' && relay::http::is_utf8(text)) client.say(text);
    if (what == 'f') {
      bench_.switchboard(client.worker()).on_text_refused(client.id(), bench_.now);
    }
  }

  void open(std::size_t number, Dialect dialect) {
    if (clients_.size() < max_clients) clients_.push_back(bench_.open(number % workers, dialect));
  }

  void ask(std::size_t number, std::string_view line, std::string_view content) {
    const auto answer = bench_.request(line, content, number % workers);
    if (answer && answer->content_type == "application/json") {
      require(nlohmann::json::accept(answer->content));
    }
  }

  static void expect_json(Client& client) {
    for (const std::string& text : client.hear()) {
      const auto parsed = nlohmann::json::parse(text, nullptr, false);
      require(parsed.is_object());
      require(parsed.contains("cmd") || parsed.contains("type") || parsed.contains("msg"));
    }
  }

  void end() {
    for (Client& client : clients_) client.close();
    bench_.mail_is_prompt = true;
    bench_.settle();
    bench_.advance(31s);
    for (Client& client : clients_) expect_json(client);
    using relay::signaling::Counters;
    require(bench_.sum(&Counters::members) == 0 && bench_.sum(&Counters::rooms) == 0 &&
            bench_.sum(&Counters::connections) == 0);
  }

  Bench bench_{workers};
  std::vector<Client> clients_;
  std::size_t steps_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Drive().run({reinterpret_cast<const char*>(data), size});
  return 0;
}
