#include <cstdio>
#include <memory>
#include <optional>
#include <ostream>

#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/ldif_printer.h"
#include "cli/progress.h"

namespace dirlease::cli {
namespace {

using Clock = Progress::Clock;
constexpr int kCancelledCode = 1;

std::string Milliseconds(Clock::duration elapsed) {
  char text[32];
  snprintf(text, sizeof text, "%.1f ms",
           std::chrono::duration<double, std::milli>(elapsed).count());
  return text;
}

std::unique_ptr<SearchPrinter> NewPrinter(const CommandContext& context) {
  const Invocation& invocation = context.invocation;
  LdifStyle style = invocation.ldif;
  style.color = context.color_out();
  return NewSearchPrinter(invocation.format, style, invocation.entry_limit);
}

// One run of Search, from the first message to the exit status.
class SearchRun {
 public:
  explicit SearchRun(const CommandContext& context)
      : context_(context),
        owned_printer_(NewPrinter(context)),
        printer_(*owned_printer_),
        start_(Clock::now()) {}

  int Run() {
    printer_.PrintHeader(context_.invocation.search);
    std::string operation_id;
    const CallStatus status = Stream(operation_id);
    const Clock::time_point end = Clock::now();
    printer_.PrintTrailer(done_ ? &*done_ : nullptr, operation_id);
    Write();
    if (context_.invocation.format == SearchFormat::kDn) SayReferences();
    if (context_.invocation.verbose) PrintFigures(end);
    return ExitStatus(status, end);
  }

 private:
  CallStatus Stream(std::string& operation_id) {
    Progress progress(context_.output.err, context_.show_progress(), start_);
    return context_.client.Search(
        context_.invocation.search,
        [&](const v1::SearchResponse& message) {
          const Clock::time_point now = Clock::now();
          const bool wanted = Take(message, now);
          progress.Update(printer_.entries(), now);
          return wanted;
        },
        operation_id);
  }

  // False = cancel.
  bool Take(const v1::SearchResponse& message, Clock::time_point now) {
    printer_.PrintMessage(message);
    if (first_entry_ == Clock::time_point() && !message.entries().empty()) first_entry_ = now;
    if (message.has_done()) done_ = message.done();
    Write();
    const bool enough = printer_.limit_reached() && !done_;
    if (enough) cancel_ = now;
    return !enough && context_.output.out.good();
  }

  void Write() {
    context_.output.out
        .write(printer_.text().data(), static_cast<std::streamsize>(printer_.text().size()))
        .flush();
    printer_.Clear();
  }

  void SayReferences() {
    if (printer_.references() == 0) return;
    context_.output.err << "dirlease: search references left out: " << printer_.references()
                        << " (--output=ldif or json has them)\n";
  }

  void PrintFigures(Clock::time_point end) {
    std::ostream& err = context_.output.err;
    err << "dirlease: " << printer_.entries() << " entries in " << Milliseconds(end - start_)
        << ", " << Rate(printer_.entries(), end - start_) << "/s";
    if (first_entry_ != Clock::time_point())
      err << ", first after " << Milliseconds(first_entry_ - start_);
    if (done_ && done_->has_upstream_time()) {
      const auto& upstream = done_->upstream_time();
      err << ", directory took "
          << Milliseconds(std::chrono::seconds(upstream.seconds()) +
                          std::chrono::nanoseconds(upstream.nanos()));
    }
    err << '\n';
  }

  int ExitStatus(const CallStatus& status, Clock::time_point end) {
    std::ostream& err = context_.output.err;
    if (!context_.output.out) {
      err << "dirlease: the output could not be written; the search was cancelled\n";
      return kExitLocalFailure;
    }
    if (cancel_ && status.code() == kCancelledCode && context_.interrupts.signal_number() == 0) {
      err << "dirlease: cancelled after " << printer_.entries()
          << " entries, the call ended CANCELLED " << Milliseconds(end - *cancel_) << " later\n";
      return kExitSuccess;
    }
    if (status.code() != 0) return Incomplete(status);
    if (!done_) {
      err << "dirlease: the search ended without the directory's result: take it as incomplete\n";
      return kExitLocalFailure;
    }
    return PartialResult(done_->result());
  }

  int Incomplete(const CallStatus& status) {
    const int exit_status = ReportFailure(context_, "search", status);
    context_.output.err << "  entries so far: " << printer_.entries()
                        << (done_ ? "\n" : "; each is whole, the set is incomplete\n");
    return exit_status;
  }

  // With --accept-partial a limit or referral ends the call OK; it is no success of the search.
  int PartialResult(const v1::LdapResult& result) {
    if (result.code() == 0) return kExitSuccess;
    context_.output.err << "dirlease: partial result: " << result.name() << " (" << result.code()
                        << ")\n";
    return ExitStatusOfLdapCode(result.code());
  }

  const CommandContext& context_;
  const std::unique_ptr<SearchPrinter> owned_printer_;
  SearchPrinter& printer_;
  const Clock::time_point start_;
  Clock::time_point first_entry_{};
  std::optional<Clock::time_point> cancel_;
  std::optional<v1::SearchDone> done_;
};

}  // namespace

int RunSearch(const CommandContext& context) {
  if (context.invocation.sync.instead_of_search) return RunSync(context);
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  return SearchRun(context).Run();
}

}  // namespace dirlease::cli
