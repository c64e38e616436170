// Several workers whose mail is late and overtakes that of others, and people who join, talk, leave
// and vanish at any moment. Whatever the order: nobody is in a room who is not there, those in a
// room know each other exactly once, and nothing reaches anybody outside of its room.
#include "tests/relay/signaling/bench.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

namespace relay::signaling::test {

namespace {

constexpr std::size_t workers = 3, people = 9, rooms = 3, uids = 5;

struct Person {
  std::optional<Client> client;
  std::string room, uid;        // empty: in none
  std::set<std::string> peers;  // as it was told
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed), bench_(workers, 3), people_(people) {
    bench_.mail_is_prompt = false;
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      step();
      REQUIRE(bench_.is_consistent());
    }
    settle();
    expect_mutual_acquaintance();
    for (Person& person : people_) {
      if (person.client) person.client->close();
    }
    settle();
    CHECK(bench_.sum(&Counters::members) == 0);
    CHECK(bench_.sum(&Counters::rooms) == 0);
    CHECK(bench_.sum(&Counters::connections) == 0);
  }

  std::size_t offers_heard() const { return offers_heard_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void step() {
    Person& person = people_[below(people)];
    listen(person);
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return join(person);
      case 3:
        if (person.client) person.client->leave(person.room, person.uid);
        return forget(person);
      case 4:
        if (below(3) == 0) return vanish(person);
        return;
      case 5:
        bench_.close_dismissed();
        return;
      case 6:
      case 7:
        return talk(person);
      default:
        bench_.deliver_one(&random_);
    }
  }

  void join(Person& person) {
    if (!person.client) person.client = bench_.open(below(workers));
    const std::string room = "room" + std::to_string(below(rooms));
    const std::string uid = "uid" + std::to_string(below(uids));
    if (person.room == room && person.uid == uid) return;
    person.client->join(room, uid);
    forget(person);
    person.room = room;
    person.uid = uid;
  }

  void talk(Person& person) {
    if (person.room.empty()) return;
    const bool to_a_friend = !person.peers.empty() && below(2) == 0;
    const std::string to =
        to_a_friend ? *person.peers.begin() : "uid" + std::to_string(below(uids));
    person.client->offer(person.room, person.uid, to);
  }

  void vanish(Person& person) {
    if (person.client) person.client->close();
    person.client.reset();
    forget(person);
  }

  static void forget(Person& person) {
    person.room.clear();
    person.uid.clear();
    person.peers.clear();
  }

  void listen(Person& person) {
    if (!person.client) return;
    for (const std::string& text : person.client->hear()) {
      const auto message = nlohmann::json::parse(text);
      const std::string cmd = message["cmd"];
      INFO(text << " heard by " << person.uid << " in " << person.room);
      if (cmd == "new-peer" || cmd == "resp-join") {
        REQUIRE_FALSE(person.room.empty());
        REQUIRE(person.peers.insert(message["remoteUid"]).second);
      } else if (cmd == "peer-leave") {
        REQUIRE(person.peers.erase(message["remoteUid"]) == 1);
      } else if (cmd == "offer") {
        REQUIRE(message["roomId"] == person.room);
        REQUIRE(message["remoteUid"] == person.uid);
        const std::string from = message["uid"];
        REQUIRE((from == person.uid || person.peers.contains(from)));
        ++offers_heard_;
      } else if (cmd == "full") {
        REQUIRE(message["uid"] == person.uid);
        forget(person);
      }
    }
    if (person.client->end_code()) vanish(person);
  }

  void settle() {
    do {
      while (bench_.deliver_one(&random_)) {
      }
    } while (bench_.close_dismissed());
    for (Person& person : people_) listen(person);
    while (bench_.deliver_one(&random_)) {
    }
    for (Person& person : people_) listen(person);
  }

  void expect_mutual_acquaintance() {
    std::size_t seated = 0;
    for (const Person& person : people_) {
      if (person.room.empty()) continue;
      ++seated;
      std::set<std::string> others;
      for (const Person& other : people_) {
        if (&other != &person && other.room == person.room) others.insert(other.uid);
      }
      CHECK(person.peers == others);
    }
    CHECK(bench_.sum(&Counters::members) == seated);
  }

  std::mt19937_64 random_;
  Bench bench_;
  std::vector<Person> people_;
  std::size_t offers_heard_ = 0;
};

}  // namespace

TEST_CASE("rooms hold exactly those who are there, however late the mail", "[signaling]") {
  std::size_t offers_heard = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Simulation simulation(seed);
    simulation.run(300);
    offers_heard += simulation.offers_heard();
  }
  CHECK(offers_heard > 100);  // They did talk.
}

TEST_CASE("a connection that closes while its join is under way leaves no ghost", "[signaling]") {
  Bench bench(workers);
  bench.mail_is_prompt = false;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    Client client = bench.open(worker);
    client.join("tea", "alice" + std::to_string(worker));
    client.close();
  }
  while (bench.deliver_one()) {
  }
  CHECK(bench.sum(&Counters::members) == 0);
  CHECK(bench.sum(&Counters::rooms) == 0);
}

TEST_CASE("what a room said before one left it does not reach the next room", "[signaling]") {
  Bench bench(workers);
  const std::size_t home = home_of(*Name::parse("tea"), workers);
  Client alice = bench.open((home + 1) % workers), bob = bench.open(home);
  alice.join("tea", "alice");
  bench.mail_is_prompt = false;
  bob.join("tea", "bob");  // That alice should know is on its way to her worker.
  alice.leave("tea", "alice");
  alice.join("coffee", "alice");
  while (bench.deliver_one()) {
  }
  CHECK(alice.hear() == Texts{});
}

}  // namespace relay::signaling::test
