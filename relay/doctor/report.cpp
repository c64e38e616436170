#include "relay/doctor/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace relay::doctor {
namespace {

std::string_view name_of(Verdict verdict) {
  return verdict == Verdict::ok ? "ok" : verdict == Verdict::note ? "note" : "fail";
}

}  // namespace

bool Report::is_healthy() const {
  return std::ranges::find(findings, Verdict::fail, &Finding::verdict) == findings.end();
}

std::string text_of(const Report& report) {
  std::string text;
  for (const Finding& finding : report.findings) {
    const std::string_view verdict =
        finding.verdict == Verdict::fail ? "FAIL" : name_of(finding.verdict);
    text += fmt::format("{:5} {:12} {}\n", verdict, finding.check, finding.detail);
    if (!finding.advice.empty()) text += fmt::format("{:18} -> {}\n", "", finding.advice);
  }
  return text;
}

std::string json_of(const Report& report) {
  using nlohmann::ordered_json;
  ordered_json checks = ordered_json::array();
  for (const Finding& finding : report.findings) {
    checks.push_back({{"check", finding.check},
                      {"verdict", name_of(finding.verdict)},
                      {"detail", finding.detail},
                      {"advice", finding.advice}});
  }
  const ordered_json all{{"ok", report.is_healthy()}, {"checks", checks}};
  return all.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace relay::doctor
