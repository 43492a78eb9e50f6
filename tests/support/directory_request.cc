#include "support/directory_request.h"

#include "support/ber.h"

namespace dirlease::testing {

namespace {

using Kind = DirectoryRequest::Kind;

// Tags of protocolOp, RFC 4511 section 4.1.1 and each operation's.
constexpr uint8_t kBindTag = 0x60;
constexpr uint8_t kUnbindTag = 0x42;
constexpr uint8_t kSearchTag = 0x63;
constexpr uint8_t kCompareTag = 0x6e;
constexpr uint8_t kAbandonTag = 0x50;
constexpr uint8_t kExtendedTag = 0x77;
constexpr uint8_t kControlsTag = 0xa0;
constexpr uint8_t kSimpleTag = 0x80;

bool ReadBind(ber::Reader body, DirectoryRequest& request) {
  request.kind = Kind::kBind;
  const bool version_3 = body.TakeInteger() == 3;
  request.dn = body.Take(ber::kOctetString);
  const ber::Parsed authentication = body.Take();
  request.simple_bind = authentication.tag == kSimpleTag;
  if (request.simple_bind) {
    request.password = authentication.content;
  } else {
    ber::Reader sasl(authentication.content);
    request.mechanism = sasl.Take(ber::kOctetString);
    if (!sasl.AtEnd()) request.credentials = sasl.Take(ber::kOctetString);
    if (!sasl.ok() || !sasl.AtEnd()) return false;
  }
  return version_3 && body.ok() && body.AtEnd();
}

bool ReadSearch(ber::Reader body, DirectoryRequest& request) {
  request.kind = Kind::kSearch;
  request.dn = body.Take(ber::kOctetString);
  request.scope = static_cast<int>(body.TakeInteger(ber::kEnumerated));
  request.deref_aliases = static_cast<int>(body.TakeInteger(ber::kEnumerated));
  request.size_limit = static_cast<int>(body.TakeInteger());
  request.time_limit_seconds = static_cast<int>(body.TakeInteger());
  request.types_only = body.TakeBoolean();
  request.filter = body.Take().whole;
  ber::Reader attributes(body.Take(ber::kSequence));
  while (!attributes.AtEnd()) request.attributes.emplace_back(attributes.Take(ber::kOctetString));
  return body.ok() && attributes.ok() && body.AtEnd();
}

bool ReadCompare(ber::Reader body, DirectoryRequest& request) {
  request.kind = Kind::kCompare;
  request.dn = body.Take(ber::kOctetString);
  ber::Reader assertion(body.Take(ber::kSequence));
  request.attribute_type = assertion.Take(ber::kOctetString);
  request.value = assertion.Take(ber::kOctetString);
  return body.ok() && assertion.ok() && body.AtEnd() && assertion.AtEnd();
}

bool ReadExtended(ber::Reader body, DirectoryRequest& request) {
  request.kind = Kind::kExtended;
  request.oid = body.Take(0x80);
  if (!body.AtEnd()) request.value = body.Take(0x81);
  return body.ok() && body.AtEnd();
}

bool ReadAbandon(std::string_view content, DirectoryRequest& request) {
  request.kind = Kind::kAbandon;
  const std::optional<int64_t> id = ber::IntegerOf(content);
  request.abandoned_id = static_cast<int>(id.value_or(0));
  return id.has_value();
}

bool ReadOperation(const ber::Parsed& operation, DirectoryRequest& request) {
  const ber::Reader body(operation.content);
  switch (operation.tag) {
    case kBindTag:
      return ReadBind(body, request);
    case kUnbindTag:
      request.kind = Kind::kUnbind;
      return operation.content.empty();
    case kSearchTag:
      return ReadSearch(body, request);
    case kCompareTag:
      return ReadCompare(body, request);
    case kAbandonTag:
      return ReadAbandon(operation.content, request);
    case kExtendedTag:
      return ReadExtended(body, request);
    default:
      return true;  // kOther
  }
}

bool ReadControl(ber::Reader body, DirectoryRequest& request) {
  Control control;
  control.oid = body.Take(ber::kOctetString);
  if (body.NextTag() == ber::kBoolean) control.critical = body.TakeBoolean();
  if (!body.AtEnd()) control.value = std::string(body.Take(ber::kOctetString));
  if (control.oid == kPagedResultsOid) {
    request.paged = DecodePagedResults(control.value.value_or(""));
    if (!request.paged) return false;
  }
  request.controls.push_back(std::move(control));
  return body.ok() && body.AtEnd();
}

}  // namespace

std::optional<PagedResults> DecodePagedResults(std::string_view control_value) {
  ber::Reader outer(control_value);
  ber::Reader inner(outer.Take(ber::kSequence));
  PagedResults paged;
  paged.size = static_cast<int>(inner.TakeInteger());
  paged.cookie = inner.Take(ber::kOctetString);
  if (!outer.ok() || !inner.ok()) return std::nullopt;
  return paged;
}

Control EncodePagedResults(const PagedResults& paged) {
  Control control;
  control.oid = kPagedResultsOid;
  control.value = ber::Sequence(ber::Integer(paged.size) + ber::Octets(paged.cookie));
  return control;
}

std::optional<DirectoryRequest> DecodeRequest(std::string_view message) {
  ber::Reader outer(message);
  ber::Reader envelope(outer.Take(ber::kSequence));
  DirectoryRequest request;
  request.message_id = static_cast<int>(envelope.TakeInteger());
  const ber::Parsed operation = envelope.Take();
  if (!outer.ok() || !envelope.ok() || !ReadOperation(operation, request)) return std::nullopt;
  if (envelope.AtEnd()) return request;
  ber::Reader controls(envelope.Take(kControlsTag));
  while (!controls.AtEnd()) {
    if (!ReadControl(ber::Reader(controls.Take(ber::kSequence)), request)) return std::nullopt;
  }
  if (!controls.ok() || !envelope.AtEnd()) return std::nullopt;
  return request;
}

}  // namespace dirlease::testing
