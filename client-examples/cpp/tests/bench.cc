// bench gateway|direct: client CPU and rate of 10,000 point lookups and of a search of 10,000 entries, as JSON lines: through the
// gateway by a pipeline, or by libldap straight to the directory, one lookup after the other and 64 outstanding.
#include <ldap.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dirlease/client/lease.h"

namespace v1 = dirlease::v1;

namespace {

constexpr int kPeople = 10'000;
constexpr char kEverybody[] = "(objectClass=person)";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (!value) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

std::string Base() { return "ou=people," + Environment("DIRLEASE_BASE"); }
std::string FilterOf(int number) { return "(uid=user." + std::to_string(number) + ")"; }

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

// `work` returns how many entries it got.
void Measure(const char* what, const char* library, const char* outstanding, const std::function<int()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  const double before = CpuSeconds();
  const int found = work();
  const double used = CpuSeconds() - before;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (found != kPeople) throw std::runtime_error(std::to_string(found) + " found");
  std::printf("{\"what\": \"%s\", \"library\": \"%s\", \"outstanding\": \"%s\", \"per_second\": %.0f, \"cpu_us\": %.1f}\n",
              what, library, outstanding, kPeople / took.count(), used * 1e6 / kPeople);
}

void ThroughGateway() {
  const dirlease::client::Gateway gateway(Environment("DIRLEASE_ADDRESS"));
  dirlease::client::Lease lease(gateway, {.credentials = dirlease::client::SimpleBind(
                                              Environment("DIRLEASE_BIND_DN"), Environment("DIRLEASE_BIND_PASSWORD"))});
  const auto find = [base = Base()](const std::string& filter) {
    v1::SearchRequest request;
    request.set_base_dn(base);
    request.set_filter(filter);
    return request;
  };
  Measure("lookup", "dirlease", "pipeline", [&] {
    auto pipeline = lease.OpenPipeline();
    std::vector<dirlease::client::Pending<v1::SearchResponse>> answers;
    for (int i = 0; i < kPeople; ++i) answers.push_back(pipeline.Submit(find(FilterOf(i))));
    int found = 0;
    for (auto& answer : answers) found += answer.Get().entries_size();
    pipeline.Close();
    return found;
  });
  Measure("search", "dirlease", "1", [&] {
    int found = 0;
    for (const auto& entry : lease.Search(find(kEverybody))) found += entry.attributes_size() > 0;
    return found;
  });
}

void Check(int code) {
  if (code != LDAP_SUCCESS) throw std::runtime_error(ldap_err2string(code));
}

// Reads each value, as whoever wants the entry would. Returns 1 for an entry.
int ReadEntry(LDAP* ldap, LDAPMessage* entry) {
  int values = 0;
  BerElement* position = nullptr;
  for (char* type = ldap_first_attribute(ldap, entry, &position); type; type = ldap_next_attribute(ldap, entry, position)) {
    berval** all = ldap_get_values_len(ldap, entry, type);
    values += ldap_count_values_len(all);
    ldap_value_free_len(all);
    ldap_memfree(type);
  }
  ber_free(position, 0);
  return values > 0;
}

int Begin(LDAP* ldap, const std::string& base, const std::string& filter) {
  int id = 0;
  Check(ldap_search_ext(ldap, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), nullptr, 0, nullptr, nullptr, nullptr, 0,
                        &id));
  return id;
}

// Takes one message. Adds its entry to `found`; true if it ends its search.
bool TakeMessage(LDAP* ldap, int id, int* found) {
  LDAPMessage* message = nullptr;
  const int type = ldap_result(ldap, id, LDAP_MSG_ONE, nullptr, &message);
  if (type <= 0) throw std::runtime_error("the directory is gone");
  if (type == LDAP_RES_SEARCH_ENTRY) *found += ReadEntry(ldap, message);
  if (type == LDAP_RES_SEARCH_RESULT) {
    int code = 0;
    Check(ldap_parse_result(ldap, message, &code, nullptr, nullptr, nullptr, nullptr, 0));
    Check(code);
  }
  ldap_msgfree(message);
  return type == LDAP_RES_SEARCH_RESULT;
}

void Direct() {
  const std::string base = Base(), password = Environment("DIRLEASE_BIND_PASSWORD");
  LDAP* ldap = nullptr;
  Check(ldap_initialize(&ldap, Environment("DIRLEASE_LDAP_URI").c_str()));
  const int version = LDAP_VERSION3;
  ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
  berval secret{password.size(), const_cast<char*>(password.data())};
  Check(ldap_sasl_bind_s(ldap, Environment("DIRLEASE_BIND_DN").c_str(), LDAP_SASL_SIMPLE, &secret, nullptr, nullptr, nullptr));

  for (const int outstanding : {1, 64}) {
    Measure("lookup", "libldap", std::to_string(outstanding).c_str(), [&] {
      int begun = 0, ended = 0, found = 0;
      while (ended < kPeople) {
        while (begun < kPeople && begun - ended < outstanding) Begin(ldap, base, FilterOf(begun++));
        ended += TakeMessage(ldap, LDAP_RES_ANY, &found);
      }
      return found;
    });
  }
  Measure("search", "libldap", "1", [&] {
    const int id = Begin(ldap, base, kEverybody);
    int found = 0;
    while (!TakeMessage(ldap, id, &found)) {}
    return found;
  });
  ldap_unbind_ext_s(ldap, nullptr, nullptr);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string way = argc == 2 ? argv[1] : "";
  if (way != "gateway" && way != "direct") throw std::runtime_error("gateway or direct?");
  way == "gateway" ? ThroughGateway() : Direct();
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench: %s\n", error.what());
  return 1;
}
