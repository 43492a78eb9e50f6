#include "model/paged_results.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

std::string EncodePagedResults(int size, std::string_view cookie) {
  return BerElement(kBerSequence, BerIntegerElement(size) + BerElement(kBerOctetString, cookie));
}

std::optional<PagedResults> DecodePagedResults(std::string_view value) {
  BerReader outer(value);
  const auto sequence = outer.NextIf(kBerSequence);
  if (!sequence) return std::nullopt;
  BerReader inner(*sequence);
  const auto size_octets = inner.NextIf(kBerInteger);
  const auto cookie = inner.NextIf(kBerOctetString);
  if (!size_octets || !cookie) return std::nullopt;
  const auto size = BerInteger(*size_octets);
  if (!size) return std::nullopt;
  return PagedResults{*size, std::string(*cookie)};
}

std::optional<PagedResults> FindPagedResults(const std::vector<Control>& controls) {
  for (const Control& control : controls) {
    if (control.oid == kPagedResultsOid) return DecodePagedResults(control.value.value_or(""));
  }
  return std::nullopt;
}

}  // namespace dirlease
