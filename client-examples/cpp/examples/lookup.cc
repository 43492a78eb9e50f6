// Looks up 10,000 people through a pipeline: submit many, then await each.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "dirlease/client/lease.h"

namespace v1 = dirlease::v1;
using dirlease::client::Error;
using dirlease::client::Pending;

int main() try {
  constexpr int kPeople = 10'000;
  const std::string base = std::getenv("DIRLEASE_BASE");
  const dirlease::client::Gateway gateway(std::getenv("DIRLEASE_ADDRESS"));
  dirlease::client::Lease lease(gateway, {.credentials = dirlease::client::SimpleBind(
                                              std::getenv("DIRLEASE_BIND_DN"), std::getenv("DIRLEASE_BIND_PASSWORD")),
                                          .label = "lookup"});
  const auto begin = std::chrono::steady_clock::now();
  auto pipeline = lease.OpenPipeline();
  std::vector<Pending<v1::SearchResponse>> answers;
  for (int i = 0; i < kPeople; ++i) {
    v1::SearchRequest request;
    request.set_base_dn("ou=people," + base);
    request.set_filter("(uid={0})");
    request.add_filter_args("user." + std::to_string(i));
    answers.push_back(pipeline.Submit(std::move(request)));
  }
  int found = 0;
  for (auto& answer : answers) found += answer.Get().entries_size();
  pipeline.Close();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << found << " of " << kPeople << " found, " << static_cast<int>(kPeople / took.count()) << " a second\n";
  return found == kPeople ? 0 : 1;
} catch (const Error& error) {
  std::cerr << "lookup: " << error.what() << " (" << error.reason() << ")\n";
  return 1;
}
