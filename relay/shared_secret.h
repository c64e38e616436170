// The secret of the credentials that this server gives out itself, kept where its certificate is,
// so that they outlive a restart and other programs of this machine can make them too.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "relay/plan.h"

namespace relay {

/// What is kept in `folder`, or `fresh` from now on where nothing is. Readable by its owner alone.
/// Several processes may call it at once. The error is a sentence.
std::expected<std::string, std::string> keep_shared_secret(const std::string& folder,
                                                           const std::string& fresh);

/// What a server keeps there. The error is a sentence that says what to do.
std::expected<std::string, std::string> read_shared_secret(const std::string& folder);

/// Puts the kept secret of a server with these settings into `host`, or one for this run alone.
/// A sentence when the latter: why it could not be kept.
std::optional<std::string> find_shared_secret(const Settings& settings, HostFacts& host);
/// Where a server with these settings keeps it.
std::string secret_folder(const Settings& settings);

}  // namespace relay
