#include <ostream>
#include <utility>

#include "cli/arguments.h"
#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/dn_printer.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/input_stream.h"
#include "cli/ldif_reader.h"

namespace dirlease::cli {
namespace {

struct Words {
  const char* doing;
  const char* done;
};
Words WordsOf(const v1::AddRequest&) { return {"adding", "added"}; }
Words WordsOf(const v1::DeleteRequest&) { return {"deleting", "deleted"}; }
Words WordsOf(const v1::ModifyRequest&) { return {"modifying", "modified"}; }
Words WordsOf(const v1::ModifyDnRequest&) { return {"renaming", "renamed"}; }

class Sender {
 public:
  explicit Sender(GatewayClient& client) : client_(client) {}
  CallStatus operator()(const v1::AddRequest& request) const {
    v1::AddResponse response;
    return client_.Add(request, response);
  }
  CallStatus operator()(const v1::DeleteRequest& request) const {
    v1::DeleteResponse response;
    return client_.Delete(request, response);
  }
  CallStatus operator()(const v1::ModifyRequest& request) const {
    v1::ModifyResponse response;
    return client_.Modify(request, response);
  }
  CallStatus operator()(const v1::ModifyDnRequest& request) const {
    v1::ModifyDnResponse response;
    return client_.ModifyDn(request, response);
  }

 private:
  GatewayClient& client_;
};

// How long the lease outlives a source of records that says nothing.
constexpr std::chrono::minutes kWaitForInput{5};

// The directory refused just this change, or the gateway could not take it: the next one may do.
bool ConcernsThisChangeOnly(const CallStatus& status) {
  constexpr int kInvalidArgument = 3;
  const Failure failure = ParseFailure(status);
  if (failure.code == kInvalidArgument) return true;
  return failure.ldap && failure.ldap->code() > 0 && failure.reason != "OUTCOME_UNKNOWN";
}

// Changes one after the other, on one lease, until the end, a failure or an interrupt.
class ChangeRun {
 public:
  explicit ChangeRun(const CommandContext& context)
      : context_(context), options_(context.invocation.changes) {}

  // `next` gives a change, or nothing at the end, or throws LdifError.
  template <typename Next>
  int Run(const std::string& source, Next next) {
    CommandLease lease(context_, kWaitForInput);
    for (bool more = true; more;) {
      try {
        const std::optional<LdifChange> change = next();
        // What was read last may be the half of a record: its end never came.
        if (Interrupted()) break;
        if (!change) break;
        if (!options_.dry_run) {
          if (const auto failed = lease.Acquire()) return *failed;
        }
        more = Apply(*change) || (options_.keep_going && !fatal_);
      } catch (const LdifError& error) {
        context_.output.err << "dirlease: " << source << ':' << error.line() << ": " << error.what() << '\n';
        exit_status_ = kExitLocalFailure;
        ++failed_;
        more = options_.keep_going;
      }
    }
    Summarize();
    return exit_status_;
  }

 private:
  bool Interrupted() {
    const int signal_number = context_.interrupts.signal_number();
    if (signal_number != 0) exit_status_ = kExitSignalBase + signal_number;
    return signal_number != 0;
  }

  // False: it failed, exit_status_ says how.
  bool Apply(const LdifChange& change) {
    const Words words = std::visit([](const auto& request) { return WordsOf(request); }, change.request);
    const std::string dn = DnText(change.dn());
    if (!options_.dry_run) {
      const CallStatus status = std::visit(Sender(context_.client), change.request);
      if (status.code() != 0) {
        ++failed_;
        exit_status_ = ReportFailure(context_, Action(words.doing, dn, change.line), status);
        fatal_ = !ConcernsThisChangeOnly(status);
        return false;
      }
    }
    ++done_;
    context_.output.out << (options_.dry_run ? "would be " : "") << words.done << ' ' << dn << '\n' << std::flush;
    return true;
  }

  static std::string Action(const char* doing, const std::string& dn, size_t line) {
    std::string action = doing;
    action += " \"" + dn + "\"";
    if (line > 0) action += " (line " + std::to_string(line) + ")";
    return action;
  }

  void Summarize() const {
    if (!context_.invocation.verbose && failed_ == 0 && exit_status_ < kExitSignalBase) return;
    context_.output.err << "dirlease: changes " << (options_.dry_run ? "read: " : "done: ") << done_
                        << ", failed: " << failed_
                        << (exit_status_ == 0 || options_.keep_going ? "" : ", the rest was not tried") << '\n';
  }

  const CommandContext& context_;
  const ChangeOptions& options_;
  int64_t done_ = 0;
  int64_t failed_ = 0;
  int exit_status_ = kExitSuccess;
  bool fatal_ = false;  // the last failure concerns all that would follow
};

std::string NameOf(const std::string& file) {
  return file.empty() || file == "-" ? "standard input" : file;
}

int CannotRead(const CommandContext& context, const std::string& file) {
  context.output.err << "dirlease: -f: cannot read " << file << '\n';
  return kExitLocalFailure;
}

LdifChange DeleteOf(std::string dn, size_t line) {
  v1::DeleteRequest request;
  request.set_dn(std::move(dn));
  return {.line = line, .request = std::move(request)};
}

}  // namespace

int RunModify(const CommandContext& context) {
  const ChangeOptions& options = context.invocation.changes;
  InputStream in(options.file, context.interrupts);
  if (!in) return CannotRead(context, options.file);
  LdifReader reader(in, options.plain_is_add ? LdifReader::Plain::kAdd : LdifReader::Plain::kModify);
  return ChangeRun(context).Run(NameOf(options.file), [&reader] { return reader.Next(); });
}

int RunAdd(const CommandContext& context) {
  context.invocation.changes.plain_is_add = true;
  return RunModify(context);
}

int RunDelete(const CommandContext& context) {
  const ChangeOptions& options = context.invocation.changes;
  if (!options.dns.empty()) {
    auto dn = options.dns.begin();
    return ChangeRun(context).Run("", [&]() -> std::optional<LdifChange> {
      if (dn == options.dns.end()) return std::nullopt;
      return DeleteOf(*dn++, 0);
    });
  }
  InputStream in(options.file, context.interrupts);
  if (!in) return CannotRead(context, options.file);
  size_t line = 0;
  return ChangeRun(context).Run(NameOf(options.file), [&]() -> std::optional<LdifChange> {
    for (std::string dn; std::getline(in, dn);) {
      ++line;
      if (!dn.empty() && dn.back() == '\r') dn.pop_back();
      if (dn.empty()) continue;
      if (!IsUtf8(dn)) throw LdifError(line, "the DN is not UTF-8");
      return DeleteOf(std::move(dn), line);
    }
    return std::nullopt;
  });
}

int RunRename(const CommandContext& context) {
  const v1::ModifyDnRequest& request = context.invocation.rename;
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::ModifyDnResponse response;
  const CallStatus status = context.client.ModifyDn(request, response);
  if (status.code() != 0) return ReportFailure(context, "rename", status);
  context.output.out << "renamed " << DnText(request.dn()) << '\n';
  return kExitSuccess;
}

}  // namespace dirlease::cli
