// Options as they were written, between parsing (CLI11) and checking. Internal to the command line.
#pragma once

#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/invocation.h"
#include "cli/pages/command_model.h"

namespace dirlease::cli {

using Page = std::string (*)(const CommandModel& root);

struct RawOptions {
  std::string address = "127.0.0.1:50051";
  std::string admin_address;
  std::string lease;
  bool tls = false;
  bool plaintext = false;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;

  std::optional<std::string> bind_dn;
  std::optional<std::string> password;
  bool prompt = false;
  std::string password_file;
  // SASL: -Y, -U, -X, -R; empty = none. A profile takes -X too.
  std::string sasl_mechanism;
  std::string authentication_id;
  std::string authorization_id;
  std::string realm;
  std::string profile;

  // Filter and attributes of a search: ldapsearch's rule tells them apart.
  std::vector<std::string> words;
  std::string compare_dn;
  std::optional<std::string> assertion;

  // Of `passwd`. Each password from one source, or from none.
  struct NewOrOld {
    std::optional<std::string> text;
    bool prompt = false;
    std::string file;
  };
  NewOrOld new_password;
  NewOrOld old_password;

  // Of `extended`.
  std::optional<std::string> value_base64;
  std::string value_file;

  // Printed instead of running a command.
  Page page = nullptr;

  // The rest is written straight into the requests.
  Invocation invocation;
};

// A mistake that CLI11 cannot see. The text tells what to do.
class OptionError : public std::runtime_error {
 public:
  OptionError(int exit_status, const std::string& text)
      : std::runtime_error(text), exit_status_(exit_status) {}
  int exit_status() const { return exit_status_; }

 private:
  const int exit_status_;
};

// Checks what concerns several options, reads files, asks for the password. Throws OptionError.
// `err` gets warnings.
Invocation ResolveOptions(RawOptions options, std::ostream& err);

// Its part for `lease open` and `lease unbind` of many leases.
void ResolveLeaseBatch(Invocation& invocation);

}  // namespace dirlease::cli
