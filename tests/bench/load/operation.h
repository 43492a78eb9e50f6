// What is asked for. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace dirlease::bench {

struct Operation {
  enum class Kind {
    kRead,     // base scope, by DN: GetEntry through the gateway
    kSearch,   // subtree of ou=people, by uid: one entry
    kCompare,  // of an employeeNumber, true
    kList,     // all below `base` of the sample's object class, or the first `limit` of them
  };
  Kind kind = Kind::kRead;
  std::string base;
  std::string filter;
  std::string value;  // kCompare
  int limit = 0;      // kList; 0 = none
  bool paged = true;  // kList: the gateway may, as it sees fit
};

// Makes operations of one kind: "read", "search", "compare", "list", "first:N" (a list of N),
// "under:ou=NAME" (of what is below that entry of the suffix and has NAME as its sn),
// "below:ou=NAME" (of all people there), "unpaged:ou=NAME" (the same, without pages). People are
// asked for in an order without a pattern, but the same in every run.
class Operations {
 public:
  // Ends the program when it knows no such name.
  Operations(const std::string& name, int people);
  // Thread-compatible.
  const Operation& Number(uint64_t number);

 private:
  const int people_;
  Operation operation_;
};

inline constexpr char kCompareType[] = "employeeNumber";

}  // namespace dirlease::bench
