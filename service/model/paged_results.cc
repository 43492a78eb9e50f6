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
  const auto size = inner.NextIntegerIf(kBerInteger);
  const auto cookie = inner.NextIf(kBerOctetString);
  if (!size || !cookie) return std::nullopt;
  return PagedResults{*size, std::string(*cookie)};
}

std::optional<PagedResults> FindPagedResults(const std::vector<Control>& controls) {
  const Control* const control = FindControl(controls, kPagedResultsOid);
  if (control == nullptr) return std::nullopt;
  return DecodePagedResults(control->value.value_or(""));
}

}  // namespace dirlease
