// What the doctor found, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relay::doctor {

enum class Verdict : std::uint8_t { ok, note, fail };

struct Finding {
  std::string check;  // `udp`, `certificate`
  Verdict verdict = Verdict::ok;
  std::string detail;  // a clause
  std::string advice;  // a sentence that says what to do; empty: nothing
};

struct Report {
  std::vector<Finding> findings;
  bool is_healthy() const;
};

/// A line each, and one more with an arrow where something is to be done.
std::string text_of(const Report& report);
/// `{"ok":false,"checks":[{"check":"udp","verdict":"fail","detail":"...","advice":"..."}]}`
std::string json_of(const Report& report);

}  // namespace relay::doctor
