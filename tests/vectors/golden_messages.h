// One message per encoder, and two with several attributes, as bytes. They were computed by another
// program (Python's hmac, hashlib and zlib), so that the library is not its own witness. All carry
// the transaction id b7e7a701bc34d686fa87dfae; the key is golden_key.
#pragma once

#include <array>
#include <string_view>

namespace vectors {

struct GoldenMessage {
  std::string_view name;
  std::string_view hex;
};

inline constexpr std::string_view golden_key = "a key for goldens";

inline constexpr std::array golden_messages = std::to_array<GoldenMessage>({
    {"nothing", "01030000 2112a442 b7e7a701bc34d686fa87dfae"},
    {"data_and_padding", "0103000c 2112a442 b7e7a701bc34d686fa87dfae 00130005 6162636465 000000"},
    {"dont_fragment", "01030004 2112a442 b7e7a701bc34d686fa87dfae 001a0000"},
    {"software", "0103000c 2112a442 b7e7a701bc34d686fa87dfae 80220007 7475726e626f78 00"},
    {"lifetime", "01030008 2112a442 b7e7a701bc34d686fa87dfae 000d0004 00000258"},
    {"requested_transport", "01030008 2112a442 b7e7a701bc34d686fa87dfae 00190004 11000000"},
    {"xor_mapped_v4", "0103000c 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"},
    {"xor_relayed_v6",
     "01030018 2112a442 b7e7a701bc34d686fa87dfae 00160014 "
     "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"},
    {"mapped_v4", "0103000c 2112a442 b7e7a701bc34d686fa87dfae 00010008 00018055c0000201"},
    {"alternate_server_v6",
     "01030018 2112a442 b7e7a701bc34d686fa87dfae 80230014 "
     "00020d9620010db8000000000000000000000001"},
    {"alternate_domain",
     "01030014 2112a442 b7e7a701bc34d686fa87dfae 80030010 7475726e2e6578616d706c652e6f7267"},
    {"stale_nonce",
     "01130014 2112a442 b7e7a701bc34d686fa87dfae 0009000f 000004265374616c65204e6f6e6365 00"},
    {"unauthenticated", "01130008 2112a442 b7e7a701bc34d686fa87dfae 00090004 00000401"},
    {"address_error", "01030008 2112a442 b7e7a701bc34d686fa87dfae 80010004 02000428"},
    {"unknown_attributes", "0113000c 2112a442 b7e7a701bc34d686fa87dfae 000a0006 7fff00240025 0000"},
    {"user_hash",
     "00030024 2112a442 b7e7a701bc34d686fa87dfae 001e0020 4a3cf38fef6992bda952c6780417da0f"
     "24819415569e60b205c46e41407f1704"},
    {"password_algorithm", "00030008 2112a442 b7e7a701bc34d686fa87dfae 001d0004 00020000"},
    {"password_algorithms", "0113000c 2112a442 b7e7a701bc34d686fa87dfae 80020008 0002000000010000"},
    {"integrity",
     "01030020 2112a442 b7e7a701bc34d686fa87dfae 000d0004 00000258 00080014 "
     "488451be3684c77d1056f06c9ffb69b132939956"},
    {"integrity_sha256",
     "0103002c 2112a442 b7e7a701bc34d686fa87dfae 000d0004 00000258 001c0020 9c6e2441524a36"
     "c1c90f8edc627e35114a0e20a6902bf12fd73df04d3d047085"},
    {"fingerprint",
     "01030010 2112a442 b7e7a701bc34d686fa87dfae 000d0004 00000258 80280004 de9ea1b6"},
    {"everything_in_order",
     "01030050 2112a442 b7e7a701bc34d686fa87dfae 80220007 7475726e626f78 00 00080014 "
     "2d53fffe81c77bf5e49f98eb2cd6dd69f5dce1a6 001c0020 262d43ace16ca05f5a92ca5d82afcecaaf"
     "249da8a9ebabf4a67880d6b60cceef 80280004 11fce34b"},
});

}  // namespace vectors
