#include "turn/mobility_ticket.h"

#include <algorithm>

namespace turn {
namespace {

constexpr std::size_t block_size = 8;
constexpr std::size_t tag_size = 12;
constexpr std::size_t nonce_size = stun::AesGcm::nonce_size;
static_assert(nonce_size + block_size + tag_size == TicketSealer::Sealed{}.size());

using Block = std::array<std::byte, block_size>;

Block encode(const MobilityTicket& ticket) {
  Block block;
  block[0] = std::byte{ticket.allocation.worker};
  block[1] = static_cast<std::byte>(ticket.allocation.serial >> 32 & 0xff);
  stun::store_u32(block, 2, static_cast<std::uint32_t>(ticket.allocation.serial & 0xffff'ffff));
  stun::store_u16(block, 6, ticket.moves);
  return block;
}

MobilityTicket decode(const Block& block) {
  const std::uint64_t high = std::to_integer<std::uint64_t>(block[1]);
  return {.allocation = {.worker = std::to_integer<std::uint8_t>(block[0]),
                         .serial = high << 32 | stun::load_u32(block, 2)},
          .moves = stun::load_u16(block, 6)};
}

}  // namespace

TicketSealer::Sealed TicketSealer::seal(const MobilityTicket& ticket, Random& random) {
  const Block block = encode(ticket);
  Sealed sealed;
  do {  // One in eight has a zero somewhere.
    stun::AesGcm::Nonce nonce;
    random.fill(nonce);
    std::ranges::copy(nonce, sealed.begin());
    cipher_.seal(nonce, {}, block, std::span(sealed).subspan(nonce_size));
  } while (std::ranges::find(sealed, std::byte{}) != sealed.end());
  return sealed;
}

std::optional<MobilityTicket> TicketSealer::unseal(Bytes sealed) {
  if (sealed.size() != Sealed{}.size()) return std::nullopt;
  stun::AesGcm::Nonce nonce;
  std::ranges::copy(sealed.first(nonce_size), nonce.begin());
  Block block;
  if (!cipher_.unseal(nonce, {}, sealed.subspan(nonce_size), block)) return std::nullopt;
  return decode(block);
}

}  // namespace turn
