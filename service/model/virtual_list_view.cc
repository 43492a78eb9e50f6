#include "model/virtual_list_view.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
constexpr uint8_t kByOffset = 0xa0;
constexpr uint8_t kGreaterThanOrEqual = 0x81;

std::string Target(const VirtualListViewRequest& request) {
  if (const auto* value = std::get_if<std::string>(&request.target)) {
    return BerElement(kGreaterThanOrEqual, *value);
  }
  const auto& offset = std::get<ListViewOffset>(request.target);
  return BerElement(kByOffset, BerIntegerElement(offset.offset) + BerIntegerElement(offset.content_count));
}
}  // namespace

std::string EncodeVirtualListView(const VirtualListViewRequest& request) {
  std::string fields = BerIntegerElement(request.before_count) + BerIntegerElement(request.after_count);
  fields += Target(request);
  if (!request.context_id.empty()) fields += BerElement(kBerOctetString, request.context_id);
  return BerElement(kBerSequence, fields);
}

std::optional<VirtualListViewResult> DecodeVirtualListView(std::string_view value) {
  const auto fields = BerReader(value).NextIf(kBerSequence);
  if (!fields) return std::nullopt;
  BerReader reader(*fields);
  const auto position = reader.NextIntegerIf(kBerInteger);
  const auto count = reader.NextIntegerIf(kBerInteger);
  const auto code = reader.NextIntegerIf(kBerEnumerated);
  if (!position || !count || !code || *code < 0) return std::nullopt;
  return VirtualListViewResult{*position, *count, *code,
                               std::string(reader.NextIf(kBerOctetString).value_or(""))};
}

}  // namespace dirlease
