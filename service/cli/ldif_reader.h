// LDIF change records (RFC 2849), as ldapmodify takes them, made into the contract's requests. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <variant>

#include "cli/ldif_lines.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::cli {

struct LdifChange {
  size_t line = 0;  // where the record begins, from 1
  std::variant<v1::AddRequest, v1::DeleteRequest, v1::ModifyRequest, v1::ModifyDnRequest> request;

  const std::string& dn() const;
};

class LdifReader {
 public:
  // A record without a changetype: kModify takes what begins with "add: ATTRIBUTE" and its like for
  // modifications, and refuses the rest; kAdd takes its lines for a new entry.
  enum class Plain { kModify, kAdd };

  LdifReader(std::istream& in, Plain plain) : lines_(in), plain_(plain) {}

  // Nothing at the end. Throws LdifError; the next call goes on with the record after that.
  std::optional<LdifChange> Next();

 private:
  LdifLines lines_;
  const Plain plain_;
  bool begun_ = false;
};

}  // namespace dirlease::cli
