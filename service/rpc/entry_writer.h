// Directory entries, references and intermediate responses as fields of the contract's messages on the wire.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "model/responses.h"
#include "rpc/wire_message.h"

namespace dirlease {

namespace v1 {
class SearchReference;
}  // namespace v1

enum class ValueFormat { kBytes, kText };

// The largest message that goes out, but for one value that is larger by itself. Clients refuse more than 4 MiB.
inline constexpr size_t kMostMessageOctets = 1024 * 1024;
// No message carries a larger value, URI list or intermediate response.
inline constexpr size_t kMostValueOctets = 4 * 1024 * 1024 - 64 * 1024;
inline constexpr size_t kMostNameOctets = 16 * 1024;

// Writes v1.SearchEntry. Keeps its scratch memory from entry to entry; one thread at a time.
class EntryWriter {
 public:
  // Field numbers of two messages around the one that entries are written to, outermost first; 0 = there are none.
  struct Around {
    int outer = 0;
    int inner = 0;
  };

  // `field_number` of the messages that entries are written to.
  EntryWriter(int field_number, ValueFormat format) : EntryWriter(field_number, format, Around()) {}
  EntryWriter(int field_number, ValueFormat format, Around around)
      : field_number_(field_number), format_(format), around_(around) {}

  // Of messages around: whole fields on the wire, which stand before each entry from now on.
  void SetHead(std::string_view fields) { head_ = fields; }

  // A whole entry; all of its values fit.
  void Append(const EntryView& entry, WireMessage& out);

 private:
  friend class EntryCutter;

  // One attribute, or some of its values, as it will be written.
  struct Part {
    std::string_view type;  // valid UTF-8
    ValueList values;
    int values_field;
    size_t octets;
  };

  // Decided over all values of an attribute, so that pieces of a cut entry agree.
  int ValuesFieldOf(const AttributeView& attribute) const;
  // Of an attribute's values, or some of them.
  void AddPart(const AttributeView& attribute, int values_field);
  void AddControls(absl::Span<const Control> controls);
  // Writes what was added as one SearchEntry and forgets it.
  void Write(std::string_view dn, bool continued, WireMessage& out);
  static uint8_t* PutValues(const Part& part, uint8_t* at);
  static uint8_t* PutShortHeaded(const Part& part, uint8_t* at);
  // Room for an entry of so many octets, behind all headers.
  uint8_t* Begin(size_t octets, WireMessage& out) const;
  std::string_view ValidText(std::string_view octets, std::string (*mend)(std::string_view));

  const int field_number_;
  const ValueFormat format_;
  const Around around_;
  std::string head_;
  std::vector<Part> parts_;
  WireMessage controls_;
  std::deque<std::string> mended_;  // texts that were no UTF-8
};

// Cuts an entry that is too large for one message between values:
//   for (EntryCutter cutter(writer, entry); !cutter.done();) cutter.Next(message);
class EntryCutter {
 public:
  // Both must outlive this, and `writer` writes nothing else meanwhile.
  EntryCutter(EntryWriter& writer, const EntryView& entry) : writer_(writer), entry_(entry) { BeginAttribute(); }

  bool done() const { return done_; }
  // The next piece, at most about kMostMessageOctets unless one value alone is larger; `continued` is set but in the
  // last.
  void Next(WireMessage& out);

 private:
  void BeginAttribute();
  bool AddValues(const AttributeView& attribute, size_t& octets);

  EntryWriter& writer_;
  const EntryView& entry_;
  size_t attribute_ = 0;
  ValueList::iterator value_;  // of that attribute, the next to put
  bool done_ = false;
};

// Of its URIs.
size_t OctetsOf(const ReferenceView& reference);
void ReferenceToProto(const ReferenceView& reference, v1::SearchReference& out);
void AppendReference(int field_number, const ReferenceView& reference, WireMessage& out);
void AppendIntermediate(int field_number, const IntermediateView& intermediate, WireMessage& out);

// False: a value is larger than kMostValueOctets, or what stands in every piece (the DN, a type, the controls) is larger
// than kMostNameOctets.
bool Fits(const EntryView& entry);

}  // namespace dirlease
