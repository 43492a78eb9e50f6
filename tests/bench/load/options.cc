#include "bench/load/options.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace dirlease::bench {
namespace {

[[noreturn]] void Refuse(const std::string& what) {
  std::fprintf(stderr, "bench_load: %s\n", what.c_str());
  std::exit(2);
}

std::string Content(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) Refuse("cannot read " + file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos) Refuse("not --name=value: " + argument);
    const std::string name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (name == "--to") {
      options.to = value;
    } else if (name == "--address") {
      options.address = value;
    } else if (name == "--bind-dn") {
      options.bind_dn = value;
    } else if (name == "--password-file") {
      options.password = Content(value);
    } else if (name == "--connections") {
      options.connections = std::atoi(value.c_str());
    } else if (name == "--people") {
      options.people = std::atoi(value.c_str());
    } else {
      Refuse("unknown " + name);
    }
  }
  if (options.connections < 1 || options.people < 1) Refuse("counts are 1 or more");
  return options;
}

}  // namespace dirlease::bench
