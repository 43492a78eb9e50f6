#include <algorithm>
#include <future>
#include <ostream>

#include "cli/bench/bench_report.h"
#include "cli/bench/load_run.h"
#include "cli/bench/pipeline_run.h"
#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

using Clock = LoadRun::Clock;

// One lease of the run. Its invocation is a copy, for opening wipes the password.
struct BenchLease {
  explicit BenchLease(const CommandContext& parent)
      : invocation(parent.invocation),
        client(parent.client.NewSibling()),
        context{invocation, *client, parent.output, parent.interrupts},
        lease(context) {}

  Invocation invocation;
  const std::unique_ptr<GatewayClient> client;
  const CommandContext context;
  CommandLease lease;
};

class Bench {
 public:
  explicit Bench(const CommandContext& context)
      : context_(context), options_(context.invocation.bench) {}

  int Run() {
    if (options_.kind != BenchKind::kOpen) {
      for (int i = 0; i < options_.leases; ++i) {
        leases_.push_back(std::make_unique<BenchLease>(context_));
        if (const auto failed = leases_.back()->lease.Acquire()) return *failed;
      }
    }
    const LoadFigures figures = options_.kind == BenchKind::kPipeline ? RunPipelines() : RunCalls();
    WipePassword(context_.invocation.open);
    context_.output.out << (options_.json ? BenchJson(options_, figures)
                                          : BenchText(options_, figures));
    return ExitStatus(figures);
  }

 private:
  LoadFigures RunCalls() {
    return LoadRun(
               Limits(), [this](int64_t number) { return Call(number); }, context_.interrupts)
        .Run();
  }

  // Each lease has its share of what is outstanding, and of the calls.
  LoadFigures RunPipelines() const {
    const int streams = std::min(options_.leases, options_.concurrency);
    LoadRun::Limits limits = Limits();
    limits.concurrency /= streams;
    limits.calls /= streams;
    std::vector<std::future<LoadFigures>> runs;
    for (int i = 0; i < streams; ++i) {
      runs.push_back(std::async(std::launch::async, [this, limits, &client = *leases_[static_cast<size_t>(i)]->client] {
        return PipelineRun(client, context_.invocation.search, limits, context_.interrupts).Run();
      }));
    }
    LoadFigures figures;
    for (auto& run : runs) {
      const LoadFigures one = run.get();
      figures.Add(one);
      figures.elapsed = std::max(figures.elapsed, one.elapsed);
    }
    figures.latencies.Sort();
    return figures;
  }

  LoadRun::Limits Limits() const {
    if (options_.count > 0) return {options_.concurrency, options_.count, std::nullopt};
    return {options_.concurrency, kMaxBenchCalls, options_.duration};
  }

  LoadRun::Call Call(int64_t number) {
    if (options_.kind == BenchKind::kOpen) return Open();
    GatewayClient& client = *leases_[static_cast<size_t>(number) % leases_.size()]->client;
    LoadRun::Call call{.start = Clock::now()};
    call.status = Operate(client, call);
    call.end = Clock::now();
    return call;
  }

  CallStatus Operate(GatewayClient& client, LoadRun::Call& call) const {
    if (options_.kind == BenchKind::kWhoAmI) {
      v1::WhoAmIResponse response;
      return client.WhoAmI(context_.invocation.who_am_i, response);
    }
    if (options_.kind == BenchKind::kCompare) {
      v1::CompareResponse response;
      return client.Compare(context_.invocation.compare, response);
    }
    std::string operation_id;
    return client.Search(
        context_.invocation.search,
        [&call](const v1::SearchResponse& message) {
          if (message.entries().empty()) return true;
          if (call.first_entry == Clock::time_point()) call.first_entry = Clock::now();
          for (const v1::SearchEntry& entry : message.entries()) call.entries += !entry.continued();
          return true;
        },
        operation_id);
  }

  LoadRun::Call Open() const {
    const std::unique_ptr<GatewayClient> client = context_.client.NewSibling();
    v1::OpenSessionRequest request = context_.invocation.open;
    request.set_label("dirlease bench");
    v1::OpenSessionResponse response;
    std::string token;
    LoadRun::Call call{.start = Clock::now()};
    call.status = client->OpenSession(request, response, token);
    call.end = Clock::now();
    if (call.status.code() != 0) return call;
    client->set_lease(token);
    Wipe(token);
    v1::UnbindResponse ignored;
    client->Unbind({}, ignored, GatewayClient::kCleanUpTimeout);
    return call;
  }

  int ExitStatus(const LoadFigures& figures) const {
    if (const int signal_number = context_.interrupts.signal_number(); signal_number != 0) {
      context_.output.err << "dirlease: bench interrupted\n";
      return kExitSignalBase + signal_number;
    }
    if (figures.first_failure) return ReportFailure(context_, "a call", *figures.first_failure);
    return kExitSuccess;
  }

  const CommandContext& context_;
  const BenchOptions& options_;
  std::vector<std::unique_ptr<BenchLease>> leases_;
};

}  // namespace

int RunBench(const CommandContext& context) { return Bench(context).Run(); }

}  // namespace dirlease::cli
