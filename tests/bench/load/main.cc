// One contender of tests/bench/compare: connects, says "ready", and does what each line of its
// input asks for, answering with one line of JSON:
//   closed OPERATION OUTSTANDING SECONDS     each answer starts the next operation
//   open OPERATION PER_SECOND SECONDS        operations start at their time, whatever was answered
// It ends with its input.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "bench/load/run.h"

namespace dirlease::bench {
namespace {

std::unique_ptr<Load> MakeLoad(const Options& options) {
  if (options.to == "libldap") return LibldapLoad(options);
  if (options.to == "calls") return CallsLoad(options);
  if (options.to == "pipeline") return PipelineLoad(options);
  if (options.to == "http") return HttpLoad(options);
  std::fprintf(stderr, "bench_load: --to is libldap, calls, pipeline or http\n");
  std::exit(2);
}

void Obey(Load& load, const std::string& line, int people) {
  std::istringstream words(line);
  std::string loop, operation;
  double amount = 0, seconds = 0;
  if (!(words >> loop >> operation >> amount >> seconds) || (loop != "open" && loop != "closed") ||
      amount <= 0) {
    std::fprintf(stderr, "bench_load: not understood: %s\n", line.c_str());
    std::exit(2);
  }
  Operations operations(operation, people);
  Run run = loop == "open" ? OpenLoop(load, operations, amount, seconds)
                           : ClosedLoop(load, operations, static_cast<size_t>(amount), seconds);
  std::puts(ToJson(run).c_str());
}

}  // namespace
}  // namespace dirlease::bench

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const dirlease::bench::Options options = dirlease::bench::ParseOptions(argc, argv);
  const auto load = dirlease::bench::MakeLoad(options);
  std::puts("ready");
  for (std::string line; std::getline(std::cin, line);)
    dirlease::bench::Obey(*load, line, options.people);
}
