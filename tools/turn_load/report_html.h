// The result as one self-contained page: figures, plots over the load (over time when there was
// just one load) and a table. Light or dark as the reader's system is; no script, nothing fetched.
#pragma once

#include <string>

#include "tools/turn_load/result.h"

namespace turn_load {

std::string to_html(const Result& result);

}  // namespace turn_load
