// The sample messages of RFC 5769. They pad with blanks where RFC 8489 14 wants zeros from a sender
// and lets a receiver ignore them; so they can be checked, but we cannot write the first three.
#pragma once

#include <string_view>

namespace vectors::rfc5769 {

/// The password of 2.1, 2.2 and 2.3, which is the key itself (short-term credentials).
inline constexpr std::string_view password = "VOkJxbRl1RmTxUk/WvJxBt";

/// 2.1
inline constexpr std::string_view request =
    "00010058 2112a442 b7e7a701bc34d686fa87dfae "
    "80220010 5354554e207465737420636c69656e74 "
    "00240004 6e0001ff "
    "80290008 932ff9b151263b36 "
    "00060009 6576746a3a68367659 202020 "
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 "
    "80280004 e57a3bcf";

/// 2.2: 192.0.2.1, port 32853.
inline constexpr std::string_view ipv4_response =
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae "
    "8022000b 7465737420766563746f72 20 "
    "00200008 0001a147e112a643 "
    "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 "
    "80280004 c07d4c96";

/// 2.3: 2001:db8:1234:5678:11:2233:4455:6677, port 32853.
inline constexpr std::string_view ipv6_response =
    "01010048 2112a442 b7e7a701bc34d686fa87dfae "
    "8022000b 7465737420766563746f72 20 "
    "00200014 0002a1470113a9fa a5d3f179bc25f4b5bed2b9d9 "
    "00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 "
    "80280004 c8fb0b4c";

/// 2.4: long-term credentials, padded with zeros. Its text gives the password before SASLprep
/// ("The", soft hyphen, "M", feminine ordinal, "tr", roman nine); the key is made of it prepared.
inline constexpr std::string_view long_term_request =
    "00010060 2112a442 78ad3433c6ad72c029da412e "
    "00060012 e3839ee38388e383aae38383e382afe382b9 0000 "
    "0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341 "
    "0014000b 6578616d706c652e6f7267 00 "
    "00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666";
inline constexpr std::string_view long_term_username = "\u30de\u30c8\u30ea\u30c3\u30af\u30b9";
inline constexpr std::string_view long_term_password = "TheMatrIX";
inline constexpr std::string_view long_term_nonce = "f//499k954d6OL34oL9FSTvy64sA";
inline constexpr std::string_view long_term_realm = "example.org";

}  // namespace vectors::rfc5769
