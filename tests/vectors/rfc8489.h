// The sample request of RFC 8489 B.1, with USERHASH and MESSAGE-INTEGRITY-SHA256.
#pragma once

#include <string_view>

namespace vectors::rfc8489 {

inline constexpr std::string_view username = "\u30de\u30c8\u30ea\u30c3\u30af\u30b9";
inline constexpr std::string_view password = "TheMatrIX";  // prepared by OpaqueString
inline constexpr std::string_view realm = "example.org";
inline constexpr std::string_view nonce = "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA";

/// The sample as erratum 6268 corrects it: with the PASSWORD-ALGORITHM that its SHA-256 key calls
/// for, and with the length that this message has.
inline constexpr std::string_view request =
    "00010090 2112a442 78ad3433c6ad72c029da412e "
    "001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704 "
    "00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c3946"
    "5354767936347341 000000 "
    "0014000b 6578616d706c652e6f7267 00 "
    "001d0004 00020000 "
    "001c0020 b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65";

/// The sample as printed. Its length field counts the header as well, 156 bytes, so that it is not
/// a STUN message; its HMAC was made over that length, under the SHA-256 key.
inline constexpr std::string_view request_as_printed =
    "0001009c 2112a442 78ad3433c6ad72c029da412e "
    "001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704 "
    "00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c3946"
    "5354767936347341 000000 "
    "0014000b 6578616d706c652e6f7267 00 "
    "001c0020 e4686c8f0edeb59013e07090010a93efccbccc544c0a45d9f830aa6d6f735a01";

}  // namespace vectors::rfc8489
