// The chat, as the pages of the course know it.
#include "tests/relay/signaling/bench.h"

#include <catch2/catch.hpp>

namespace relay::signaling::test {

namespace {

std::string said(std::string_view type, std::string_view data) {
  return std::string(R"({"type":")").append(type).append(R"(","data":")").append(data) + "\"}";
}

}  // namespace

TEST_CASE("in the chat everybody hears who comes, what is said and who goes", "[signaling]") {
  Bench bench(3);
  Client one = bench.open(0, Dialect::chat), two = bench.open(1, Dialect::chat);
  CHECK(one.hear() == Texts{said("enter", "user1 进来啦"), said("enter", "user2 进来啦")});
  CHECK(two.hear() == Texts{said("enter", "user2 进来啦")});
  two.say("hello");
  CHECK(one.hear() == Texts{said("message", "user2 说:      hello")});
  CHECK(two.hear() == Texts{said("message", "user2 说:      hello")});
  one.close();
  CHECK(two.hear() == Texts{said("leave", "user1 离开了")});
  Client three = bench.open(2, Dialect::chat);
  CHECK(three.hear() == Texts{said("enter", "user3 进来啦")});
}

TEST_CASE("what is said in the chat is text, never HTML or JSON", "[signaling]") {
  Bench bench;
  Client one = bench.open(0, Dialect::chat);
  one.hear();
  one.say(R"x(<img src=x onerror="alert(1)"> & {"cmd":"join"})x");
  CHECK(one.hear() == Texts{R"x({"type":"message","data":"user1 说:      &lt;img src=x )x"
                            R"x(onerror=\"alert(1)\"&gt; &amp; {\"cmd\":\"join\"}"})x"});
}

TEST_CASE("the chat takes 2 kB at once and two hundred guests", "[signaling]") {
  Bench bench;
  Client one = bench.open(0, Dialect::chat);
  one.hear();
  one.say(std::string(2048, 'x'));
  CHECK(one.hear().front().starts_with(R"({"type":"message")"));
  one.say(std::string(2049, 'x'));
  CHECK(one.hear() == Texts{said("error", "at most 2048 bytes at once")});
  bench.switchboard(0).on_text_refused(one.id(), bench.now);
  CHECK(one.hear() == Texts{});
  CHECK_FALSE(one.end_code());

  for (std::size_t i = 1; i < max_chat_guests; ++i) bench.open(0, Dialect::chat);
  CHECK(bench.sum(&Counters::members) == max_chat_guests);
  Client late = bench.open(0, Dialect::chat);
  CHECK(late.end_code() == 1013u);
  CHECK(late.hear() == Texts{said("error", "the chat is full")});
  one.close();
  CHECK_FALSE(bench.open(0, Dialect::chat).end_code());
}

}  // namespace relay::signaling::test
