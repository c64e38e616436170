#include "tests/relay/signaling/bench.h"

#include <algorithm>

namespace relay::signaling::test {

void Client::say(std::string_view text) {
  bench_->switchboard(worker_).on_text(id_, text, bench_->now);
  bench_->settle();
}

void Client::join(std::string_view room, std::string_view uid) {
  say(std::string(R"({"cmd":"join","roomId":")").append(room) + R"(","uid":")" + std::string(uid) +
      "\"}");
}

void Client::leave(std::string_view room, std::string_view uid) {
  say(std::string(R"({"cmd":"leave","roomId":")").append(room) + R"(","uid":")" + std::string(uid) +
      "\"}");
}

std::string offer_of(std::string_view room, std::string_view uid, std::string_view to,
                     std::string_view what) {
  return std::string(R"({"cmd":"offer","roomId":")")
      .append(room)
      .append(R"(","uid":")")
      .append(uid)
      .append(R"(","remoteUid":")")
      .append(to)
      .append(R"(","msg":")")
      .append(what)
      .append("\"}");
}

void Client::offer(std::string_view room, std::string_view uid, std::string_view to,
                   std::string_view what) {
  say(offer_of(room, uid, to, what));
}

Texts Client::hear() { return std::exchange(bench_->hole(worker_, id_).texts, {}); }

std::optional<unsigned> Client::end_code() const { return bench_->hole(worker_, id_).end_code; }

bool Client::is_closed() const { return bench_->hole(worker_, id_).is_closed; }

void Client::close() {
  auto& hole = bench_->hole(worker_, id_);
  if (std::exchange(hole.is_closed, true)) return;
  bench_->switchboard(worker_).on_close(id_, bench_->now);
  bench_->settle();
}

std::optional<http::Response> Bench::request(std::string_view line, std::string_view content,
                                             std::size_t worker) {
  const std::string text = std::string(line) + " HTTP/1.1\r\nHost: box.lan:8098\r\n\r\n";
  const auto head = http::RequestHead::parse(text);
  if (!head || !*head) return std::nullopt;
  const RequestId id{++last_id_};
  const http::Request asked{.head = **head, .content = content, .client = address, .secure = true};
  const bool known = workers_[worker]->switchboard.on_request(id, asked, now);
  settle();
  const auto answer = workers_[worker]->answers.find(id);
  if (!known || answer == workers_[worker]->answers.end()) return std::nullopt;
  return answer->second;
}

bool Bench::deliver_one(std::mt19937_64* choose) {
  std::vector<std::deque<std::vector<Item>>*> waiting;
  std::vector<std::size_t> to;
  for (auto& [pair, letters] : mail_) {
    if (letters.empty()) continue;
    waiting.push_back(&letters);
    to.push_back(pair.second);
  }
  if (waiting.empty()) return false;
  const std::size_t chosen = choose != nullptr ? (*choose)() % waiting.size() : 0;
  auto items = std::move(waiting[chosen]->front());
  waiting[chosen]->pop_front();
  workers_[to[chosen]]->switchboard.on_mail(std::move(items), now);
  return true;
}

bool Bench::close_dismissed() {
  bool any = false;
  for (const auto& worker : workers_) {
    for (auto& [id, hole] : worker->holes) {
      if (!hole.end_code || hole.is_closed) continue;
      hole.is_closed = any = true;
      worker->switchboard.on_close(id, now);
    }
  }
  while (mail_is_prompt && deliver_one()) {
  }
  return any;
}

bool Bench::is_consistent() const {
  return std::ranges::all_of(
      workers_, [](const auto& worker) { return worker->switchboard.is_consistent(); });
}

std::uint64_t Bench::sum(net::Counter Counters::* counter) const {
  std::uint64_t all = 0;
  for (const auto& worker : workers_) all += (worker->counters.*counter).read();
  return all;
}

std::uint64_t Bench::refused(Refusal refusal) const {
  std::uint64_t all = 0;
  for (const auto& worker : workers_) {
    all += worker->counters.refused[std::to_underlying(refusal)].read();
  }
  return all;
}

}  // namespace relay::signaling::test
