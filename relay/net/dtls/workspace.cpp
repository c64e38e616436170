#include "relay/net/dtls/workspace.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace relay::net::dtls {
namespace {

Workspace& workspace_of(BIO* bio) { return *static_cast<Workspace*>(BIO_get_data(bio)); }

}  // namespace

Workspace::Workspace()
    : method_(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "worker's datagrams")),
      plain_(std::make_unique_for_overwrite<std::byte[]>(plain_size)),
      sealed_(std::make_unique_for_overwrite<std::byte[]>(sealed_size)),
      message_(std::make_unique_for_overwrite<std::byte[]>(max_plain)) {
  if (!method_) throw std::bad_alloc();
  BIO_meth_set_read(method_.get(), &on_read);
  BIO_meth_set_write(method_.get(), &on_write);
  BIO_meth_set_ctrl(method_.get(), &on_control);
}

tls::BioPointer Workspace::new_bio() {
  tls::BioPointer bio(BIO_new(method_.get()));
  if (!bio) return nullptr;
  BIO_set_data(bio.get(), this);
  BIO_set_init(bio.get(), 1);
  return bio;
}

/// A datagram is read whole or cut, never in pieces.
int Workspace::on_read(BIO* bio, char* bytes, int size) {
  Workspace& workspace = workspace_of(bio);
  BIO_clear_retry_flags(bio);
  if (workspace.input_.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(workspace.input_.size(), static_cast<std::size_t>(size));
  std::memcpy(bytes, workspace.input_.data(), count);
  if (!workspace.peeking_) workspace.input_ = {};
  return static_cast<int>(count);
}

/// One datagram. Beyond the room of a step it is lost, as datagrams are.
int Workspace::on_write(BIO* bio, const char* bytes, int size) {
  Workspace& workspace = workspace_of(bio);
  const auto count = static_cast<std::size_t>(size);
  if (workspace.output_count_ == max_output || count > sealed_size - workspace.sealed_used_) {
    return size;
  }
  std::byte* const kept = workspace.sealed_.get() + workspace.sealed_used_;
  std::memcpy(kept, bytes, count);
  workspace.sealed_used_ += count;
  workspace.output_[workspace.output_count_++] = {kept, count};
  return size;
}

long Workspace::on_control(BIO* bio, int command, long number, void*) {
  if (command == BIO_CTRL_DGRAM_SET_PEEK_MODE) {
    workspace_of(bio).peeking_ = number != 0;
    return 1;
  }
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace relay::net::dtls
