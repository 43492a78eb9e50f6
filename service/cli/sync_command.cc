#include <cerrno>
#include <cstring>
#include <optional>
#include <ostream>

#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/cookie_file.h"
#include "cli/exit_status.h"
#include "cli/sync_printer.h"

namespace dirlease::cli {
namespace {

LdifStyle StyleOf(const CommandContext& context) {
  LdifStyle style = context.invocation.ldif;
  style.color = context.color_out();
  return style;
}

// One run of Sync. The resume point is kept only behind what it stands for.
class SyncRun {
 public:
  explicit SyncRun(const CommandContext& context)
      : context_(context), options_(context.invocation.sync), printer_(StyleOf(context)) {
    if (!options_.cookie_file.empty()) file_.emplace(options_.cookie_file);
  }

  int Run() {
    if (file_ && !ReadCookie()) return kExitLocalFailure;
    const CallStatus status = context_.client.Sync(
        options_.request, [this](const v1::SyncResponse& message) { return Take(message); });
    return ExitStatus(status);
  }

 private:
  bool ReadCookie() {
    std::optional<std::string> cookie = file_->Read();
    if (!cookie) {
      context_.output.err << "dirlease: cannot read " << options_.cookie_file << '\n';
      return false;
    }
    options_.request.set_cookie(*std::move(cookie));
    return true;
  }

  // False = cancel.
  bool Take(const v1::SyncResponse& message) {
    printer_.Print(message);
    const std::string& text = printer_.text();
    context_.output.out.write(text.data(), static_cast<std::streamsize>(text.size())).flush();
    printer_.Clear();
    if (!context_.output.out) return false;
    if (!file_ || message.cookie().empty()) return true;
    if (!file_->Replace(message.cookie())) file_error_ = errno;
    return file_error_ == 0;
  }

  int ExitStatus(const CallStatus& status) {
    std::ostream& err = context_.output.err;
    if (!context_.output.out) {
      err << "dirlease: the output could not be written; the sync was cancelled\n";
      return kExitLocalFailure;
    }
    if (file_error_ != 0) {
      err << "dirlease: cannot write " << options_.cookie_file << " (" << strerror(file_error_)
          << "); the sync was cancelled\n";
      return kExitLocalFailure;
    }
    return status.code() == 0 ? kExitSuccess : ReportFailure(context_, "sync", status);
  }

  const CommandContext& context_;
  SyncOptions& options_;
  SyncPrinter printer_;
  std::optional<CookieFile> file_;
  int file_error_ = 0;
};

// What it is about was read as a search's.
void SetContent(const Invocation& invocation, v1::SyncRequest& sync) {
  const v1::SearchRequest& search = invocation.search;
  *sync.mutable_controls() = invocation.controls;
  sync.set_base_dn(search.base_dn());
  sync.set_scope(search.scope());
  sync.set_filter(search.filter());
  *sync.mutable_filter_args() = search.filter_args();
  *sync.mutable_attributes() = search.attributes();
  sync.set_operation_id(search.operation_id());
}

}  // namespace

int RunSync(const CommandContext& context) {
  SetContent(context.invocation, context.invocation.sync.request);
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  return SyncRun(context).Run();
}

}  // namespace dirlease::cli
