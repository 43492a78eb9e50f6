#include <ostream>
#include <system_error>
#include <utility>

#include "cli/arguments.h"
#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/control_printer.h"
#include "cli/dn_printer.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/input_stream.h"
#include "cli/ldif_reader.h"
#include "cli/tools/tool_words.h"

namespace dirlease::cli {
namespace {

struct Words {
  const char* doing;
  const char* done;
  const char* as_tool;  // what OpenLDAP's calls it
};
Words WordsOf(const v1::AddRequest&) { return {"adding", "added", "adding new entry"}; }
Words WordsOf(const v1::DeleteRequest&) { return {"deleting", "deleted", "deleting entry"}; }
Words WordsOf(const v1::ModifyRequest&) { return {"modifying", "modified", "modifying entry"}; }
Words WordsOf(const v1::ModifyDnRequest&) { return {"renaming", "renamed", "modifying rdn of entry"}; }

class Sender {
 public:
  // `result`: the directory's, of the last change that was done.
  Sender(GatewayClient& client, v1::LdapResult& result) : client_(client), result_(result) {}
  CallStatus operator()(const v1::AddRequest& request) const { return Send(&GatewayClient::Add, request); }
  CallStatus operator()(const v1::DeleteRequest& request) const { return Send(&GatewayClient::Delete, request); }
  CallStatus operator()(const v1::ModifyRequest& request) const { return Send(&GatewayClient::Modify, request); }
  CallStatus operator()(const v1::ModifyDnRequest& request) const { return Send(&GatewayClient::ModifyDn, request); }

 private:
  template <typename Request, typename Response>
  CallStatus Send(CallStatus (GatewayClient::*call)(const Request&, Response&), const Request& request) const {
    Response response;
    CallStatus status = (client_.*call)(request, response);
    result_.Swap(response.mutable_result());
    return status;
  }

  GatewayClient& client_;
  v1::LdapResult& result_;
};

// What OpenLDAP's no-op control is answered: the change would have been made.
constexpr int kNoOperation = 0x410e;

// How long the lease outlives a source of records that says nothing.
constexpr std::chrono::minutes kWaitForInput{5};

std::string NameOf(const std::string& file) {
  return file.empty() || file == "-" ? "standard input" : file;
}

int CannotRead(const CommandContext& context, const std::string& source, int error) {
  context.output.err << "dirlease: cannot read " << source << ": " << std::generic_category().message(error) << '\n';
  return kExitLocalFailure;
}

// The directory refused just this change, or the gateway could not take it: the next one may do.
bool ConcernsThisChangeOnly(const Failure& failure) {
  constexpr int kInvalidArgument = 3, kResourceExhausted = 8;
  if (failure.code == kInvalidArgument) return true;
  // gRPC's own words, on either side; a quota has other ones and would refuse the next change too.
  if (failure.code == kResourceExhausted && failure.reason.empty() &&
      failure.message.find("larger than max") != std::string::npos) {
    return true;
  }
  return failure.ldap && failure.ldap->code() > 0 && !MayHaveHappened(failure);
}

// Changes one after the other, on one lease, until the end, a failure or an interrupt.
class ChangeRun {
 public:
  // `source` is what `in` reads, for people; no `in`: the changes come from elsewhere.
  explicit ChangeRun(const CommandContext& context, std::string source = {}, const InputStream* in = nullptr)
      : context_(context), options_(context.invocation.changes), source_(std::move(source)), in_(in) {}

  // `next` gives a change, or nothing at the end, or throws LdifError.
  template <typename Next>
  int Run(Next next) {
    CommandLease lease(context_, kWaitForInput);
    while (!stopped_) {
      try {
        std::optional<LdifChange> change = next();
        if (InputBroke() || !change) break;
        if (!options_.dry_run) {
          if (const auto failed = lease.Acquire()) return *failed;
        }
        std::visit([this](auto& r) { r.mutable_controls()->MergeFrom(context_.invocation.controls); }, change->request);
        Apply(*change);
      } catch (const LdifError& error) {
        if (!InputBroke()) Skip(error);
      }
    }
    Summarize();
    return exit_status_;
  }

 private:
  void Stop(int exit_status) {
    exit_status_ = exit_status;
    stopped_ = true;
  }

  // True: what was read last may be the half of a record, its end never came. It is dropped.
  bool InputBroke() {
    const int signal_number = context_.interrupts.signal_number();
    if (signal_number != 0) {
      Stop(kExitSignalBase + signal_number);
    } else if (in_ != nullptr && in_->error() != 0) {
      Stop(CannotRead(context_, source_, in_->error()));
    }
    return stopped_;
  }

  void Skip(const LdifError& error) {
    context_.output.err << "dirlease: " << source_ << ':' << error.line() << ": " << error.what() << '\n';
    ++failed_;
    exit_status_ = as_tool_ ? kToolBadRecord : kExitLocalFailure;
    stopped_ = !options_.keep_going;
  }

  void Apply(const LdifChange& change) {
    const Words words = std::visit([](const auto& request) { return WordsOf(request); }, change.request);
    const std::string dn = DnText(change.dn());
    v1::LdapResult result;
    CallStatus status;
    if (as_tool_ && !silent_) context_.output.out << ToolChangeLine(words.as_tool, dn, options_.dry_run) << std::flush;
    if (!options_.dry_run) status = std::visit(Sender(context_.client, result), change.request);
    if (status.code() != 0) {
      if (as_tool_ && !silent_) context_.output.out << '\n';
      return NoteFailure(Action(words.doing, dn, change.line), status);
    }
    ++done_;
    if (!as_tool_) {
      const bool nothing_done = options_.dry_run || result.code() == kNoOperation;
      context_.output.out << (nothing_done ? "would be " : "") << words.done << ' ' << dn << '\n';
    }
    context_.output.out << ControlsText(result) << (as_tool_ && !silent_ ? "\n" : "") << std::flush;
    // Who no longer hears what is done wants no more of it done.
    if (context_.output.out) return;
    context_.output.err << "dirlease: the output could not be written\n";
    Stop(kExitLocalFailure);
  }

  void NoteFailure(const std::string& action, const CallStatus& status) {
    const Failure failure = ParseFailure(status);
    ++(MayHaveHappened(failure) ? unknown_ : failed_);
    exit_status_ = ReportFailure(context_, action, status, CallKind::kWrite);
    stopped_ = !options_.keep_going || !ConcernsThisChangeOnly(failure);
  }

  static std::string Action(const char* doing, const std::string& dn, size_t line) {
    std::string action = doing;
    action += " \"" + dn + "\"";
    if (line > 0) action += " (line " + std::to_string(line) + ")";
    return action;
  }

  void Summarize() const {
    const bool all_done = failed_ == 0 && unknown_ == 0 && !stopped_;
    if (all_done && (as_tool_ || (!context_.invocation.verbose && !options_.dry_run))) return;
    std::ostream& err = context_.output.err;
    err << "dirlease: changes " << (options_.dry_run ? "read: " : "done: ") << done_ << ", failed: " << failed_;
    if (unknown_ > 0) err << ", unknown: " << unknown_;
    if (stopped_) err << ", the rest was not tried";
    if (options_.dry_run) err << "; nothing was sent, so neither gateway nor directory checked it";
    err << '\n';
  }

  const CommandContext& context_;
  const ChangeOptions& options_;
  const std::string source_;
  const InputStream* const in_;
  const bool as_tool_ = context_.invocation.as_ldap_tool;
  const bool silent_ = as_tool_ && context_.invocation.command.run == RunDelete;  // as ldapdelete is
  int64_t done_ = 0;
  int64_t failed_ = 0;
  int64_t unknown_ = 0;  // may have happened
  int exit_status_ = kExitSuccess;
  bool stopped_ = false;  // before the end
};

LdifChange DeleteOf(std::string dn, size_t line) {
  v1::DeleteRequest request;
  request.set_dn(std::move(dn));
  return {.line = line, .request = std::move(request)};
}

}  // namespace

int RunModify(const CommandContext& context) {
  const ChangeOptions& options = context.invocation.changes;
  InputStream in(options.file, context.interrupts);
  if (!in) return CannotRead(context, NameOf(options.file), in.error());
  LdifReader reader(in, options.plain_is_add ? LdifReader::Plain::kAdd : LdifReader::Plain::kModify);
  return ChangeRun(context, NameOf(options.file), &in).Run([&reader] { return reader.Next(); });
}

int RunAdd(const CommandContext& context) {
  context.invocation.changes.plain_is_add = true;
  return RunModify(context);
}

int RunDelete(const CommandContext& context) {
  const ChangeOptions& options = context.invocation.changes;
  if (!options.dns.empty()) {
    auto dn = options.dns.begin();
    return ChangeRun(context).Run([&]() -> std::optional<LdifChange> {
      if (dn == options.dns.end()) return std::nullopt;
      return DeleteOf(*dn++, 0);
    });
  }
  InputStream in(options.file, context.interrupts);
  if (!in) return CannotRead(context, NameOf(options.file), in.error());
  size_t line = 0;
  return ChangeRun(context, NameOf(options.file), &in).Run([&]() -> std::optional<LdifChange> {
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
  if (status.code() != 0) {
    PrintToolResult(context, "Rename Result", status);
    return ReportFailure(context, "rename", status, CallKind::kWrite);
  }
  if (!context.invocation.as_ldap_tool) context.output.out << "renamed " << DnText(request.dn()) << '\n';
  context.output.out << ControlsText(response.result());
  return kExitSuccess;
}

}  // namespace dirlease::cli
