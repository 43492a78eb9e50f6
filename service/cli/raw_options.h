// Options as they were written, between parsing (CLI11) and checking. Internal to the command line.
#pragma once

#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/invocation.h"

namespace CLI {
class App;
}  // namespace CLI

namespace dirlease::cli {

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

  // ldapsearch's rule splits them into filter and attributes.
  std::vector<std::string> search_words;
  std::string assertion;

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

// Adds the options of `search` to its subcommand; `options` has to outlive parsing.
void DefineSearchOptions(CLI::App& search, RawOptions& options);

// Checks what concerns several options, reads files, asks for the password. Throws OptionError.
// `err` gets warnings.
Invocation ResolveOptions(RawOptions options, std::ostream& err);

}  // namespace dirlease::cli
