// A key of access tokens as an operator writes it: the fields of coturn's table oauth_key, as
// `kid=NAME,key=BASE64[,algorithm=A256GCM][,timestamp=SECONDS][,lifetime=SECONDS]`.
#pragma once

#include <string_view>

#include "auth/access_token_keys.h"
#include "relay/options/values.h"

namespace relay::options {

Result<auth::AccessTokenKey> oauth_key(std::string_view text);

}  // namespace relay::options
