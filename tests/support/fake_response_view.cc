#include "support/fake_response_view.h"

#include <cstdlib>

#include "base/ber_writer.h"

namespace dirlease::testing {

namespace {

using Callback = absl::FunctionRef<void(const ResponseView&)>;

void CallWithEntry(const FakeMessage& message, Callback callback) {
  std::vector<std::string> sets;
  size_t octets = message.dn.size();
  for (const auto& [type, texts] : message.attributes) {
    octets += type.size();
    std::string& set = sets.emplace_back();
    for (const std::string& text : texts) {
      octets += text.size();
      set += BerElement(kBerOctetString, text);
    }
  }
  std::vector<AttributeView> attributes;
  for (size_t i = 0; i < sets.size(); ++i) {
    attributes.push_back({.type = message.attributes[i].first, .values = ValueList::Of(sets[i], sets[i].size()).value()});
  }
  const EntryView entry{.dn = message.dn,
                        .attributes = attributes,
                        .controls = message.controls,
                        .octets = octets};
  ResponseView view;
  view.kind = ResponseView::Kind::kEntry;
  view.message_id = message.message_id;
  view.entry = &entry;
  callback(view);
}

void CallWithReference(const FakeMessage& message, Callback callback) {
  const std::vector<std::string_view> uris(message.uris.begin(), message.uris.end());
  const ReferenceView reference{.uris = uris, .controls = message.controls};
  ResponseView view;
  view.kind = ResponseView::Kind::kReference;
  view.message_id = message.message_id;
  view.reference = &reference;
  callback(view);
}

void CallWithIntermediate(const FakeMessage& message, Callback callback) {
  const IntermediateView intermediate{.oid = message.oid,
                                      .value = message.value ? *message.value : std::string_view(),
                                      .controls = message.controls};
  ResponseView view;
  view.kind = ResponseView::Kind::kIntermediate;
  view.message_id = message.message_id;
  view.intermediate = &intermediate;
  callback(view);
}

void CallWithResult(const FakeMessage& message, ResponseView::Kind kind, Callback callback) {
  ResponseView view;
  view.kind = kind;
  view.message_id = message.message_id;
  view.result = &message.result;
  view.oid = message.oid;
  if (message.value) view.value = *message.value;
  callback(view);
}

}  // namespace

void CallWithView(const FakeMessage& message, Callback callback) {
  switch (message.kind) {
    case FakeMessage::Kind::kEntry:
      return CallWithEntry(message, callback);
    case FakeMessage::Kind::kReference:
      return CallWithReference(message, callback);
    case FakeMessage::Kind::kIntermediate:
      return CallWithIntermediate(message, callback);
    case FakeMessage::Kind::kResult:
      return CallWithResult(message, ResponseView::Kind::kResult, callback);
    case FakeMessage::Kind::kUnsolicited:
      return CallWithResult(message, ResponseView::Kind::kUnsolicited, callback);
    case FakeMessage::Kind::kPartial:
    case FakeMessage::Kind::kBroken:
      break;
  }
  abort();
}

}  // namespace dirlease::testing
