#include "tools/turn_load/media.h"

#include <algorithm>

#include "tools/turn_load/cpu_time.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

/// Sent of one flow before the arrivals get their turn.
constexpr int max_bursts_a_round = 32;
/// Further behind than this, the backlog is given up: a heap of it would be no load profile.
constexpr std::chrono::milliseconds max_delay{100};
/// How often the thread looks up when nothing is due.
constexpr std::chrono::milliseconds max_wait{10};
/// What arrives later than this after the end is lost.
constexpr std::chrono::milliseconds max_late{1000};
constexpr std::chrono::milliseconds max_silence{200};
constexpr std::size_t max_header = 8;  // ChannelData's header and its padding

}  // namespace

Media::Media(Fleet& fleet, std::uint32_t calls, const Step& step, LiveCounters& live)
    : fleet_(fleet), step_(step), live_(live), calls_(calls), statistics_(step.duration) {
  for (const Stream& stream : step.profile->streams) {
    add_flows(stream);
    train_.resize(std::max(train_.size(), stream.burst * (stream.max_size + max_header)));
  }
}

void Media::add_flows(const Stream& stream) {
  std::vector<std::uint32_t> carrying;
  for (std::uint32_t call = 0; call < calls_.size(); ++call) {
    if (stream.is_carried_by(call)) carrying.push_back(call);
  }
  if (carrying.empty()) return;
  for (const Direction direction : {Direction::up, Direction::down}) {
    if (!stream.goes(direction)) continue;
    // The two directions of a call are half an interval apart.
    const auto offset = direction == Direction::up ? 0ns : stream.interval / 2;
    flows_.push_back({stream, direction, Pacer(step_.start + offset, stream.interval, carrying)});
  }
}

StepStatistics Media::run(const std::atomic<bool>& stop) {
  const auto cpu_before = thread_cpu_time();
  const std::uint64_t dropped_before = fleet_.dropped();
  const Time end = step_.start + step_.duration;
  const auto goes_on = [&] { return !stop && fleet_.broken() < calls_.size(); };
  for (Time now = Clock::now(); now < end && goes_on(); now = Clock::now()) {
    send_due(now);
    fleet_.wait(std::min<Clock::duration>(max_wait, std::min(next_due(), end) - Clock::now()),
                *this);
    live_.sent.store(sent_, std::memory_order_relaxed);
    live_.received.store(received_, std::memory_order_relaxed);
  }
  give_up_until(std::min(Clock::now(), end));
  const auto took = Clock::now() - step_.start;
  statistics_.busiest_thread = std::chrono::duration<double>(thread_cpu_time() - cpu_before) /
                               std::chrono::duration<double>(took);
  collect_late(stop);
  statistics_.dropped_here = fleet_.dropped() - dropped_before;
  return std::move(statistics_);
}

void Media::send_due(Time now) {
  for (Flow& flow : flows_) {
    if (now - flow.pacer.due() > max_delay) {
      statistics_.not_sent += flow.pacer.skip_until(now) * flow.stream.burst;
    }
    for (int i = 0; i < max_bursts_a_round && flow.pacer.due() <= now; ++i) {
      send_burst(flow, Clock::now());
    }
  }
}

/// What should have left by then will not any more.
void Media::give_up_until(Time then) {
  for (Flow& flow : flows_) {
    statistics_.not_sent += flow.pacer.skip_until(then) * flow.stream.burst;
  }
}

void Media::send_burst(Flow& flow, Time now) {
  const std::uint32_t call = flow.pacer.next();
  const std::size_t size = choose_size(flow.stream);
  const std::size_t datagram = fleet_.datagram_size(flow.direction, size);
  std::uint32_t& sequence = calls_[call].next_sequence[index_of(flow.direction)];
  for (std::size_t i = 0; i < flow.stream.burst; ++i) {
    const auto into = std::span(train_).subspan(i * datagram, datagram);
    const std::size_t header = fleet_.write_header(call, flow.direction, into, size);
    write_stamp(into.subspan(header), {.call = call,
                                       .step = step_.number,
                                       .direction = flow.direction,
                                       .sequence = sequence++,
                                       .sent_at = now});
  }
  const Bytes train = std::span(train_).first(flow.stream.burst * datagram);
  const std::size_t sent = fleet_.send(call, flow.direction, train, datagram);
  statistics_.at(flow.direction, now - step_.start).sent += sent;
  statistics_.not_sent += flow.stream.burst - sent;
  sent_ += sent;
}

std::size_t Media::choose_size(const Stream& stream) {
  return stream.min_size + sizes_() % (stream.max_size - stream.min_size + 1);
}

Time Media::next_due() const {
  Time next = Time::max();
  for (const Flow& flow : flows_) next = std::min(next, flow.pacer.due());
  return next;
}

void Media::on_payload(Direction direction, Bytes payload) {
  const auto stamp = read_stamp(payload);
  if (!stamp || stamp->direction != direction) {
    ++statistics_.strays;
    return;
  }
  if (stamp->step != step_.number || stamp->call >= calls_.size()) return;  // of an earlier step
  auto& counted = statistics_.at(direction, stamp->sent_at - step_.start);
  const Arrival arrival = calls_[stamp->call].trackers[index_of(direction)].note(stamp->sequence);
  if (arrival == Arrival::duplicate) {
    ++counted.duplicated;
    return;
  }
  counted.reordered += arrival == Arrival::reordered ? 1 : 0;
  counted.latency.record(Clock::now() - stamp->sent_at);
  ++counted.received;
  ++received_;
}

void Media::collect_late(const std::atomic<bool>& stop) {
  const Time deadline = Clock::now() + max_late;
  Time heard_at = Clock::now();
  for (Time now = heard_at; received_ < sent_ && now < deadline && !stop; now = Clock::now()) {
    const std::uint64_t before = received_;
    fleet_.wait(max_wait, *this);
    if (received_ != before) heard_at = Clock::now();
    if (Clock::now() - heard_at > max_silence) break;
  }
}

}  // namespace turn_load
