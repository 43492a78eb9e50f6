#include "entries.h"

#include <utility>

namespace dirlease::client {

void JoinPiece(v1::SearchEntry piece, v1::SearchEntry* entry) {
  // A cut between the values of one attribute repeats its type at the head of the next piece.
  auto* attributes = piece.mutable_attributes();
  int next = 0;
  if (!attributes->empty() && !entry->attributes().empty()) {
    auto& last = *entry->mutable_attributes()->rbegin();
    if (last.type() == attributes->Get(0).type()) {
      last.MergeFrom(attributes->Get(0));
      next = 1;
    }
  }
  for (; next < attributes->size(); ++next) *entry->add_attributes() = std::move((*attributes)[next]);
  entry->mutable_controls()->MergeFrom(piece.controls());
  entry->set_continued(piece.continued());
}

void JoinPieces(google::protobuf::RepeatedPtrField<v1::SearchEntry>* entries) {
  int whole = 0;
  for (int i = 1; i < entries->size(); ++i) {
    if ((*entries)[whole].continued()) {
      JoinPiece(std::move((*entries)[i]), &(*entries)[whole]);
    } else if (++whole != i) {
      entries->SwapElements(whole, i);
    }
  }
  if (!entries->empty()) entries->DeleteSubrange(whole + 1, entries->size() - whole - 1);
}

}  // namespace dirlease::client
