// Many leases at once, for load tests: `lease open --ghz-data` and `lease unbind --ghz-data`.
#include <cerrno>
#include <cstring>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/ghz_data.h"
#include "cli/raw_options.h"
#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

[[noreturn]] void RefuseBatch(const std::string& text) { throw OptionError(kExitUsage, text); }

int CannotWrite(const CommandContext& context, const std::string& path) {
  context.output.err << "dirlease: cannot write " << path << ": " << strerror(errno) << '\n';
  return kExitLocalFailure;
}

// Leases of one command: all of them are kept, or none is.
class LeaseBatch {
 public:
  explicit LeaseBatch(const CommandContext& context) : context_(context) {}
  ~LeaseBatch() {
    if (!kept_) UnbindAll();
    for (std::string& token : tokens_) Wipe(token);
  }
  LeaseBatch(const LeaseBatch&) = delete;
  LeaseBatch& operator=(const LeaseBatch&) = delete;

  const std::vector<std::string>& tokens() const { return tokens_; }
  void Keep() { kept_ = true; }

  // Nothing = one more is open, else the exit status of a failure already reported.
  std::optional<int> OpenOne() {
    v1::OpenSessionRequest request = context_.invocation.open;
    v1::OpenSessionResponse response;
    std::string header;
    const CallStatus status = context_.client.OpenSession(request, response, header);
    if (status.code() != 0) return ReportFailure(context_, "lease open", status);
    tokens_.push_back(header);
    if (header == response.token()) {
      Wipe(*response.mutable_token());
      return std::nullopt;
    }
    context_.output.err << "dirlease: a proxy before the gateway wraps tokens; in ghz's data it would not see them. "
                           "Open the leases at the gateway itself\n";
    return kExitLocalFailure;
  }

 private:
  void UnbindAll() {
    size_t left = 0;
    for (const std::string& token : tokens_) {
      context_.client.set_lease(token);
      v1::UnbindResponse ignored;
      left += context_.client.Unbind({}, ignored, GatewayClient::kCleanUpTimeout).code() == 0 ? 0 : 1;
    }
    if (tokens_.empty()) return;
    context_.output.err << "dirlease: of the leases opened before, " << tokens_.size() - left
                        << " are unbound again, " << left << " end by themselves\n";
  }

  const CommandContext& context_;
  std::vector<std::string> tokens_;
  bool kept_ = false;
};

}  // namespace

void ResolveLeaseBatch(Invocation& invocation) {
  LeaseBatchOptions& batch = invocation.lease_batch;
  if (batch.file.empty()) {
    if (batch.count != 0 || !batch.request.empty()) RefuseBatch("--count and --ghz-request go with --ghz-data FILE");
    return;
  }
  if (invocation.command.run == &RunLeaseUnbind) {
    invocation.command = {RunLeaseUnbindBatch, LeaseUse::kNone};
    return;
  }
  invocation.command.run = RunLeaseOpenBatch;
  if (batch.count == 0) batch.count = 1;
  if (batch.request.empty()) batch.request = "{}";
  if (const auto problem = GhzRequestProblem(batch.request)) RefuseBatch("--ghz-request: " + *problem);
  if (!invocation.open.request_id().empty() && batch.count > 1)
    RefuseBatch("--request-id means one lease: leave --count out");
}

int RunLeaseOpenBatch(const CommandContext& context) {
  const LeaseBatchOptions& options = context.invocation.lease_batch;
  NewPrivateFile file(options.file);
  if (!file.opened()) return CannotWrite(context, options.file);
  LeaseBatch batch(context);
  std::optional<int> failed;
  for (int i = 0; i < options.count && !failed; ++i) failed = batch.OpenOne();
  WipePassword(context.invocation.open);
  if (failed) return *failed;
  std::string text = GhzData(batch.tokens(), options.request);
  const bool written = file.Write(text);
  Wipe(text);
  if (!written) return CannotWrite(context, options.file);
  batch.Keep();
  context.output.err << "opened: " << options.count << '\n';
  return kExitSuccess;
}

int RunLeaseUnbindBatch(const CommandContext& context) {
  const std::string& path = context.invocation.lease_batch.file;
  std::optional<std::string> text = ReadFile(path);
  std::optional<std::vector<std::string>> tokens = text ? GhzTokens(*text) : std::nullopt;
  if (text) Wipe(*text);
  if (!tokens) {
    context.output.err << "dirlease: " << path
                       << (text ? " is no file of lease open --ghz-data\n" : " cannot be read\n");
    return kExitLocalFailure;
  }
  int exit_status = kExitSuccess;
  int64_t unbound = 0, ended = 0, abandoned = 0;
  for (std::string& token : *tokens) {
    context.client.set_lease(token);
    Wipe(token);
    v1::UnbindResponse response;
    const CallStatus status = context.client.Unbind(context.invocation.unbind, response, std::nullopt);
    if (status.code() != 0) {
      exit_status = ReportFailure(context, "lease unbind", status);
      continue;
    }
    (response.was_active() ? unbound : ended) += 1;
    abandoned += response.abandoned_operations();
  }
  context.output.out << "unbound: " << unbound << ", had ended before: " << ended
                     << ", abandoned operations: " << abandoned << '\n';
  return exit_status;
}

}  // namespace dirlease::cli
