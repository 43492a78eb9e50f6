#include <cstdio>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/entry_sort.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/input_stream.h"
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
  // `first`: of the command's, which prints what stands above all entries.
  explicit SearchRun(const CommandContext& context, bool first = true)
      : context_(context),
        first_(first),
        owned_printer_(NewPrinter(context)),
        printer_(*owned_printer_),
        start_(Clock::now()) {}

  int Run() {
    if (first_) printer_.PrintHeader(context_.invocation.search);
    std::string operation_id;
    const CallStatus status = Stream(operation_id);
    const Clock::time_point end = Clock::now();
    PrintKept();
    if (context_.invocation.as_ldap_tool) TakeResult(status);
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
    if (context_.invocation.sort_by) {
      Keep(message);
    } else {
      printer_.PrintMessage(message);
    }
    if (first_entry_ == Clock::time_point() && !message.entries().empty()) first_entry_ = now;
    if (message.has_done()) done_ = message.done();
    Write();
    const bool enough = printer_.limit_reached() && !done_;
    if (enough) cancel_ = now;
    return !enough && context_.output.out.good();
  }

  // For later; an entry in parts is put together.
  void Keep(const v1::SearchResponse& message) {
    for (const v1::SearchEntry& entry : message.entries()) {
      const bool goes_on = !kept_.empty() && kept_.back().continued();
      if (!goes_on) kept_.emplace_back();
      kept_.back().MergeFrom(entry);
      kept_.back().set_continued(entry.continued());
    }
    v1::SearchResponse others = message;
    others.clear_entries();
    printer_.PrintMessage(others);
  }

  void PrintKept() {
    if (kept_.empty()) return;
    SortEntries(*context_.invocation.sort_by, kept_);
    v1::SearchResponse message;
    for (v1::SearchEntry& entry : kept_) message.add_entries()->Swap(&entry);
    printer_.PrintMessage(message);
  }

  // ldapsearch prints the result of a search that failed as any other.
  void TakeResult(const CallStatus& status) {
    if (status.code() == 0 || done_) return;
    const Failure failure = ParseFailure(status);
    if (failure.ldap && failure.ldap->code() > 0) *done_.emplace().mutable_result() = *failure.ldap;
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
  const bool first_;
  const std::unique_ptr<SearchPrinter> owned_printer_;
  SearchPrinter& printer_;
  const Clock::time_point start_;
  Clock::time_point first_entry_{};
  std::optional<Clock::time_point> cancel_;
  std::optional<v1::SearchDone> done_;
  std::vector<v1::SearchEntry> kept_;  // to be sorted
};

// One search for each line of a file.
int RunForLines(const CommandContext& context) {
  Invocation& invocation = context.invocation;
  InputStream in(invocation.lines_file, context.interrupts);
  if (!in) {
    context.output.err << "dirlease: cannot read " << invocation.lines_file << '\n';
    return kExitLocalFailure;
  }
  const std::string pattern = invocation.search.filter().empty() ? "%s" : invocation.search.filter();
  const size_t place = pattern.find("%s");
  int exit_status = kExitSuccess;
  bool first = true;
  for (std::string line; std::getline(in, line);) {
    std::string filter = pattern;
    if (place != std::string::npos) filter.replace(place, 2, line);
    invocation.search.set_filter(filter);
    if (!first) context.output.out << '\n';
    const int status = SearchRun(context, std::exchange(first, false)).Run();
    if (status == kExitSuccess) continue;
    exit_status = status;
    if (!invocation.next_line_after_failure || context.interrupts.signal_number() != 0) break;
  }
  return exit_status;
}

}  // namespace

int RunSearch(const CommandContext& context) {
  if (context.invocation.sync.instead_of_search) return RunSync(context);
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  return context.invocation.lines_file.empty() ? SearchRun(context).Run() : RunForLines(context);
}

}  // namespace dirlease::cli
