// The course protocol, frame by frame.
#include "tests/relay/signaling/bench.h"

#include <catch2/catch.hpp>

namespace relay::signaling::test {

namespace {

std::string peer(std::string_view cmd, std::string_view uid) {
  return std::string(R"({"cmd":")").append(cmd).append(R"(","remoteUid":")").append(uid) + "\"}";
}

std::string error(std::string_view code, std::string_view ref) {
  return std::string(R"({"cmd":"error","code":")").append(code) + R"(","ref":")" +
         std::string(ref) + "\"}";
}

const Texts nothing;

}  // namespace

TEST_CASE("who is alone in a room is told nothing", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  alice.join("tea", "alice");
  CHECK(alice.hear() == nothing);
  CHECK(bench.sum(&Counters::rooms) == 1);
}

TEST_CASE("those in a room hear of the newcomer, and the newcomer of each of them", "[signaling]") {
  Bench bench(1, 3);
  Client alice = bench.open(), bob = bench.open(), carol = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  CHECK(alice.hear() == Texts{peer("new-peer", "bob")});
  CHECK(bob.hear() == Texts{peer("resp-join", "alice")});
  carol.join("tea", "carol");
  CHECK(alice.hear() == Texts{peer("new-peer", "carol")});
  CHECK(bob.hear() == Texts{peer("new-peer", "carol")});
  CHECK(carol.hear() == Texts{peer("resp-join", "alice"), peer("resp-join", "bob")});
}

TEST_CASE("offers, answers and candidates go to the one they name, byte for byte", "[signaling]") {
  Bench bench(1, 3);
  Client alice = bench.open(), bob = bench.open(), carol = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  carol.join("tea", "carol");
  alice.hear(), bob.hear(), carol.hear();
  const std::string cmd = GENERATE("offer", "answer", "candidate");
  const std::string text =
      R"( { "msg": {"sdp":"v=0\r\n","n":1.50,"list":[null,true]} , "uid":"alice",
    "cmd":")" +
      cmd + R"(", "extra" : "\u00e9", "roomId":"tea","remoteUid":"bob" } )";
  alice.say(text);
  CHECK(bob.hear() == Texts{text});
  CHECK(carol.hear() == nothing);
  CHECK(alice.hear() == nothing);
  CHECK(bench.sum(&Counters::forwarded) == 1);
}

TEST_CASE("leaving is told to the others, and to them alone", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  alice.hear(), bob.hear();
  SECTION("with a message") { bob.leave("tea", "bob"); }
  SECTION("with a message that names nobody as its peer") {
    bob.say(R"({"cmd":"leave","roomId":"tea","uid":"bob","remoteUid":-1})");
  }
  SECTION("by closing the connection") { bob.close(); }
  SECTION("by joining another room") { bob.join("coffee", "bob"); }
  CHECK(alice.hear() == Texts{peer("peer-leave", "bob")});
  CHECK(bob.hear() == nothing);
}

TEST_CASE("an empty room is forgotten", "[signaling]") {
  Bench bench(1, 2, 1);
  Client alice = bench.open(), bob = bench.open();
  alice.join("tea", "alice");
  bob.join("coffee", "bob");
  CHECK(bob.hear() == Texts{error("busy", "join")});
  alice.leave("tea", "alice");
  CHECK(bench.sum(&Counters::rooms) == 0);
  bob.join("coffee", "bob");
  CHECK(bob.hear() == nothing);
  CHECK(bench.sum(&Counters::rooms) == 1);
  bob.close();
  CHECK(bench.sum(&Counters::members) == 0);
  CHECK(bench.sum(&Counters::rooms) == 0);
}

TEST_CASE("a full room lets nobody in until somebody leaves", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open(), carol = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  alice.hear(), bob.hear();
  carol.join("tea", "carol");
  CHECK(carol.hear() == Texts{R"({"cmd":"full","roomId":"tea","uid":"carol"})"});
  CHECK(alice.hear() == nothing);
  carol.offer("tea", "carol", "alice");
  CHECK(carol.hear() == Texts{error("not-joined", "offer")});
  alice.leave("tea", "alice");
  carol.join("tea", "carol");
  CHECK(carol.hear() == Texts{peer("resp-join", "bob")});
  CHECK(bench.refused(Refusal::full) == 1);
}

TEST_CASE("joining again under the same name replaces the connection", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open(), again = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  alice.hear(), bob.hear();
  bench.mail_is_prompt = false;  // Closing the old connection takes a while.
  again.join("tea", "bob");
  CHECK(bob.end_code() == 4001u);
  CHECK(alice.hear() == Texts{peer("peer-leave", "bob"), peer("new-peer", "bob")});
  CHECK(again.hear() == Texts{peer("resp-join", "alice")});
  SECTION("and its late end evicts nobody") {
    bob.close();
    CHECK(alice.hear() == nothing);
    alice.offer("tea", "alice", "bob", "after");
    CHECK(again.hear() == Texts{offer_of("tea", "alice", "bob", "after")});
  }
  SECTION("and what the old one still says is not heard") {
    bob.offer("tea", "bob", "alice");
    bob.leave("tea", "bob");
    CHECK(alice.hear() == nothing);
  }
}

TEST_CASE("to join again where one is changes nothing", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  alice.hear(), bob.hear();
  bob.join("tea", "bob");
  CHECK(alice.hear() == nothing);
  CHECK(bob.hear() == nothing);
  CHECK_FALSE(bob.end_code());
}

TEST_CASE("a connection speaks for nobody but whom it joined as", "[signaling]") {
  Bench bench(1, 3);
  Client alice = bench.open(), bob = bench.open(), eve = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  eve.join("tea", "eve");
  alice.hear(), bob.hear(), eve.hear();
  SECTION("in what it sends") {
    eve.offer("tea", "alice", "bob");
    CHECK(eve.hear() == Texts{error("not-joined", "offer")});
  }
  SECTION("in what it sends, said twice") {
    eve.say(R"({"cmd":"offer","roomId":"tea","uid":"eve","uid":"alice","remoteUid":"bob"})");
    CHECK(eve.hear() == Texts{error("bad-json", "")});
  }
  SECTION("nor makes another one leave") {
    eve.leave("tea", "alice");
    CHECK(eve.hear() == Texts{error("not-joined", "leave")});
  }
  SECTION("nor reaches into another room") {
    Client carol = bench.open();
    carol.join("coffee", "carol");
    eve.offer("coffee", "eve", "carol");
    CHECK(eve.hear() == Texts{error("unknown-room", "offer")});
    CHECK(carol.hear() == nothing);
  }
  CHECK(alice.hear() == nothing);
  CHECK(bob.hear() == nothing);
}

TEST_CASE("nothing is forwarded for who has not joined, or to who has not", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.join("tea", "alice");
  bob.offer("tea", "bob", "alice");
  CHECK(bob.hear() == Texts{error("not-joined", "offer")});
  alice.offer("tea", "alice", "bob");
  CHECK(alice.hear() == Texts{error("unknown-peer", "offer")});
  bob.join("tea", "bob");
  bob.leave("tea", "bob");
  alice.hear(), bob.hear();
  bob.offer("tea", "bob", "alice");
  CHECK(bob.hear() == Texts{error("not-joined", "offer")});
  CHECK(alice.hear() == nothing);
}

TEST_CASE("a candidate for -1 goes nowhere without a word", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  alice.join("tea", "alice");
  alice.say(R"({"cmd":"candidate","roomId":"tea","uid":"alice","remoteUid":-1,"msg":"x"})");
  CHECK(alice.hear() == nothing);
}

TEST_CASE("what happens in rooms is told, with the names", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.join("tea", "alice");
  bob.join("tea", "bob");
  bob.close();
  REQUIRE(bench.events.size() == 3);
  CHECK(bench.events[1].kind == Event::Kind::joined);
  CHECK(bench.events[1].room == "tea");
  CHECK(bench.events[1].member == "bob");
  CHECK(bench.events[1].members == 2);
  CHECK(bench.events[2].kind == Event::Kind::left);
  CHECK(bench.events[2].members == 1);
}

}  // namespace relay::signaling::test
