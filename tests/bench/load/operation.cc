#include "bench/load/operation.h"

#include <cstdio>
#include <cstdlib>

namespace dirlease::bench {
namespace {

constexpr char kPeople[] = "ou=people,dc=example,dc=com";
constexpr char kSuffix[] = "dc=example,dc=com";
constexpr char kAllPeople[] = "(objectClass=inetOrgPerson)";
constexpr uint64_t kStride = 7919;  // prime, so that neighbours are far apart
constexpr int kFirstEmployee = 100'000;

}  // namespace

Operations::Operations(const std::string& name, int people) : people_(people) {
  using Kind = Operation::Kind;
  const std::string argument = name.substr(name.find(':') + 1);
  operation_ = {.kind = Kind::kList, .base = kPeople, .filter = kAllPeople, .value = {}};
  if (name == "read") {
    operation_.kind = Kind::kRead;
  } else if (name == "compare") {
    operation_.kind = Kind::kCompare;
  } else if (name == "search") {
    operation_.kind = Kind::kSearch;
  } else if (name.rfind("first:", 0) == 0) {
    operation_.limit = std::atoi(argument.c_str());
  } else if (name.rfind("under:", 0) == 0) {
    operation_.base = argument + "," + kSuffix;
    operation_.filter = "(sn=" + argument.substr(argument.find('=') + 1) + ")";
  } else if (name.rfind("below:", 0) == 0 || name.rfind("unpaged:", 0) == 0) {
    operation_.base = argument + "," + kSuffix;
    operation_.paged = name[0] == 'b';
  } else if (name != "list") {
    std::fprintf(stderr, "bench_load: unknown operation %s\n", name.c_str());
    std::exit(2);
  }
}

const Operation& Operations::Number(uint64_t number) {
  if (operation_.kind == Operation::Kind::kList) return operation_;
  int person = static_cast<int>(number * kStride % static_cast<uint64_t>(people_));
  if (person % 97 == 96) --person;  // their DNs are the sample's odd ones
  const std::string uid = "user." + std::to_string(person);
  if (operation_.kind == Operation::Kind::kSearch) {
    operation_.filter = "(uid=" + uid + ")";
  } else {
    operation_.base = "uid=" + uid + "," + kPeople;
    operation_.filter = "(objectClass=*)";
    operation_.value = std::to_string(kFirstEmployee + person);
  }
  return operation_;
}

}  // namespace dirlease::bench
