// A message from a directory: found in the input, framed, decoded, read to its last octet.
#include <numeric>
#include <string>

#include "fuzz/fuzz_target.h"
#include "ldap/libldap/message_framing.h"
#include "ldap/libldap/response_decoder.h"
#include "ldap/libldap/whole_message.h"

namespace dirlease::testing {
namespace {

class ViewReader {
 public:
  explicit ViewReader(std::string_view input) : input_(input) {}

  void Read(const ResponseView& view) {
    if (view.entry != nullptr) ReadEntry(*view.entry);
    if (view.reference != nullptr) {
      for (const std::string_view uri : view.reference->uris) ReadOctets(uri);
      ReadControls(view.reference->controls);
    }
    if (view.intermediate != nullptr) {
      ReadOctets(view.intermediate->oid);
      ReadOctets(view.intermediate->value);
    }
    ReadOctets(view.oid);
    ReadOctets(view.value.value_or(""));
    if (view.result == nullptr) return;
    DIRLEASE_REQUIRE(view.result->code >= 0);
    ReadControls(view.result->controls);
  }

 private:
  void ReadEntry(const EntryView& entry) {
    size_t octets = entry.dn.size();
    ReadOctets(entry.dn);
    for (const AttributeView& attribute : entry.attributes) {
      ReadOctets(attribute.type);
      octets += attribute.type.size();
      for (const std::string_view value : attribute.values) {
        ReadOctets(value);
        octets += value.size();
      }
    }
    DIRLEASE_REQUIRE(octets == entry.octets);
    ReadControls(entry.controls);
  }
  void ReadOctets(std::string_view octets) {
    if (octets.empty()) return;
    DIRLEASE_REQUIRE(octets.data() >= input_.data());
    DIRLEASE_REQUIRE(octets.data() + octets.size() <= input_.data() + input_.size());
    sum_ = std::accumulate(octets.begin(), octets.end(), sum_);
  }
  void ReadControls(absl::Span<const Control> controls) {
    for (const Control& control : controls) DIRLEASE_REQUIRE(control.oid.size() <= input_.size());
  }

  const std::string_view input_;
  volatile int sum_ = 0;
};

// However it arrives, the count is the same.
void CheckFraming(std::string_view input, const std::optional<WholeMessage>& whole) {
  MessageFraming at_once, octet_by_octet;
  at_once.Consume(input);
  for (size_t i = 0; i < input.size(); ++i) octet_by_octet.Consume(input.substr(i, 1));
  DIRLEASE_REQUIRE(at_once.broken() == octet_by_octet.broken());
  if (!at_once.broken()) DIRLEASE_REQUIRE(at_once.partial_octets() == octet_by_octet.partial_octets());
  if (!whole) return;
  DIRLEASE_REQUIRE(whole->octets <= input.size());
  MessageFraming first;
  first.Consume(input.substr(0, whole->octets));
  DIRLEASE_REQUIRE(!first.broken() && first.partial_octets() == 0);
}

}  // namespace

DIRLEASE_FUZZ_TARGET(response) {
  static ResponseDecoder decoder;
  const auto whole = FirstWholeMessage(input);
  CheckFraming(input, whole);
  if (!whole) return;
  const ResponseView* view = decoder.Decode(whole->parts);
  if (view != nullptr) ViewReader(input).Read(*view);
  decoder.Trim();
}

}  // namespace dirlease::testing
