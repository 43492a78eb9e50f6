// Very many leases for tests/bench/compare. Says "ready" and does what each line of its input asks
// for, answering with one line of JSON: open COUNT, keepalive SECONDS, hold, stall, rest SECONDS,
// end, unbind. It ends with its input.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "bench/crowd/crowd.h"

namespace dirlease::bench {
namespace {

CrowdOptions Parse(int argc, char** argv) {
  CrowdOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (name == "--address") {
      options.address = value;
    } else if (name == "--targets") {
      std::istringstream names(value);
      options.targets.clear();
      for (std::string target; std::getline(names, target, ',');) options.targets.push_back(target);
    } else if (name == "--bind-dn") {
      options.bind_dn = value;
    } else if (name == "--password-file") {
      std::ifstream file(value);
      options.password.assign(std::istreambuf_iterator<char>(file), {});
    } else if (name == "--ttl") {
      options.ttl_seconds = std::atoi(value.c_str());
    } else if (name == "--channels") {
      options.channels = static_cast<size_t>(std::atoi(value.c_str()));
    } else {
      std::fprintf(stderr, "bench_crowd: unknown %s\n", name.c_str());
      std::exit(2);
    }
  }
  return options;
}

double ProcessorMicroseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

Crowd::Endings Obey(Crowd& crowd, const std::string& order, double amount) {
  if (order == "open") {
    crowd.Open(static_cast<size_t>(amount));
  } else if (order == "keepalive") {
    return crowd.KeepAlive(amount);
  } else if (order == "hold") {
    crowd.Hold();
  } else if (order == "stall") {
    crowd.Stall();
  } else if (order == "rest") {
    crowd.Rest(amount);
  } else if (order == "end") {
    return crowd.EndStreams();
  } else if (order == "unbind") {
    return crowd.Unbind();
  } else {
    std::fprintf(stderr, "bench_crowd: unknown order %s\n", order.c_str());
    std::exit(2);
  }
  return {};
}

void Answer(const Crowd::Endings& endings, double seconds, double client_us) {
  std::string text;
  for (const auto& [ending, count] : endings) {
    std::string quoted;
    for (const char c : ending) quoted += c == '"' || c == '\\' || c < ' ' ? ' ' : c;
    text += (text.empty() ? "\"" : ", \"") + quoted + "\": " + std::to_string(count);
  }
  std::printf("{\"seconds\": %.3f, \"client_us\": %.0f, \"endings\": {%s}}\n", seconds, client_us,
              text.c_str());
}

}  // namespace
}  // namespace dirlease::bench

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  dirlease::bench::Crowd crowd(dirlease::bench::Parse(argc, argv));
  std::puts("ready");
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string order;
    double amount = 0;
    words >> order >> amount;
    const Clock::time_point begin = Clock::now();
    const double cpu = dirlease::bench::ProcessorMicroseconds();
    const auto endings = dirlease::bench::Obey(crowd, order, amount);
    dirlease::bench::Answer(endings, std::chrono::duration<double>(Clock::now() - begin).count(),
                            dirlease::bench::ProcessorMicroseconds() - cpu);
  }
}
