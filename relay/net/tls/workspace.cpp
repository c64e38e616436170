#include "relay/net/tls/workspace.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace relay::net::tls {
namespace {

/// Room for a full record with its header and tag, so that bursts find it there.
constexpr std::size_t usual_output = Workspace::max_record + 1024;
/// Output that grew beyond this for one slow reader is given back.
constexpr std::size_t kept_output = 256 * 1024;

Workspace& workspace_of(BIO* bio) { return *static_cast<Workspace*>(BIO_get_data(bio)); }

}  // namespace

Workspace::Workspace()
    : method_(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "worker")),
      plain_(std::make_unique_for_overwrite<std::byte[]>(plain_size)),
      record_(std::make_unique_for_overwrite<std::byte[]>(max_record)) {
  if (!method_) throw std::bad_alloc();
  BIO_meth_set_read(method_.get(), &on_read);
  BIO_meth_set_write(method_.get(), &on_write);
  BIO_meth_set_ctrl(method_.get(), &on_control);
  output_.reserve(usual_output);
}

void Workspace::clear_output() {
  output_.clear();
  if (output_.capacity() <= kept_output) return;
  std::vector<std::byte>().swap(output_);
  output_.reserve(usual_output);
}

BioPointer Workspace::new_bio() {
  BioPointer bio(BIO_new(method_.get()));
  if (!bio) return nullptr;
  BIO_set_data(bio.get(), this);
  BIO_set_init(bio.get(), 1);
  return bio;
}

int Workspace::on_read(BIO* bio, char* bytes, int size) {
  stun::Bytes& input = workspace_of(bio).input_;
  BIO_clear_retry_flags(bio);
  if (input.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(input.size(), static_cast<std::size_t>(size));
  std::memcpy(bytes, input.data(), count);
  input = input.subspan(count);
  return static_cast<int>(count);
}

int Workspace::on_write(BIO* bio, const char* bytes, int size) {
  const auto written = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
  std::vector<std::byte>& output = workspace_of(bio).output_;
  output.insert(output.end(), written.begin(), written.end());
  return size;
}

long Workspace::on_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace relay::net::tls
