// scenario NAME: what tests/clients/run does with this client, while it watches the directory's log. Prints "ok NAME" last.
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "dirlease/client/lease.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace v1 = dirlease::v1;
using namespace std::chrono_literals;  // NOLINT
using dirlease::client::Error;
using dirlease::client::Gateway;
using dirlease::client::Lease;
using dirlease::client::LeaseOptions;

namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (!value) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

std::string PersonDn(const std::string& uid) { return "uid=" + uid + ",ou=people," + Environment("DIRLEASE_BASE"); }

LeaseOptions Options(const std::string& label) {
  LeaseOptions options;
  options.credentials = dirlease::client::SimpleBind(Environment("DIRLEASE_BIND_DN"), Environment("DIRLEASE_BIND_PASSWORD"));
  options.label = label;
  return options;
}

v1::SearchRequest AllPeople() {
  v1::SearchRequest request;
  request.set_base_dn(Environment("DIRLEASE_BASE"));
  request.set_filter("(objectClass=person)");
  request.set_auto_page_size(0);
  return request;
}

v1::CompareRequest IsUser1() {
  v1::CompareRequest request;
  request.set_dn(PersonDn("user.1"));
  request.set_attribute_type("uid");
  request.set_text_value("user.1");
  return request;
}

void Check(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("failed: " + what);
}

// The error that `act` ends with.
Error ErrorOf(const std::string& what, const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    std::cout << what << ": " << error.code() << " " << error.reason() << ": " << error.what() << "\n";
    return error;
  }
  throw std::runtime_error("no error: " + what);
}

// As another client that knows the token would.
void UnbindBehindItsBack(const Gateway& gateway, const std::string& token) {
  grpc::ClientContext context;
  context.AddMetadata("ldap-session", token);  // A proxy finds the way by it.
  v1::UnbindResponse response;
  const auto status = v1::SessionService::NewStub(gateway.channel())->Unbind(&context, {}, &response);
  Check(status.ok() && response.was_active(), "unbind behind its back");
}

void EarlyExit(const Gateway& gateway) {
  Lease lease(gateway, Options("early-exit"));
  int count = 0;
  for (const auto& entry : lease.Search(AllPeople())) {
    Check(!entry.dn().empty(), "an entry has a name");
    if (++count == 10) break;
  }
  std::cout << lease.WhoAmI() << "\n";
}

void Exception(const Gateway& gateway) {
  struct Mine : std::exception {};
  try {
    Lease lease(gateway, Options("exception"));
    Check(lease.Compare(IsUser1()), "user.1 is user.1");
    throw Mine();
  } catch (const Mine&) {
    std::cout << "caught\n";
  }
}

void Killed(const Gateway& gateway) {
  Lease lease(gateway, Options("killed"));
  v1::HoldSessionRequest tether;
  tether.set_tether(true);
  tether.mutable_tether_grace()->set_nanos(200'000'000);
  auto hold = lease.Hold(tether);
  Check(hold.Next()->event() == v1::HoldSessionResponse::EVENT_HELD, "held");
  auto people = lease.Search(AllPeople());
  Check(people.Next().has_value(), "a first entry");
  std::cout << "reading" << std::endl;
  for (;;) std::this_thread::sleep_for(1h);
}

void Reopen(const Gateway& gateway) {
  auto options = Options("reopen");
  int reopened = 0;
  bool lose_again = false;
  const Lease* self = nullptr;
  options.on_reopen = [&](const v1::Session&) {
    ++reopened;
    if (lose_again) UnbindBehindItsBack(gateway, self->token());
  };
  Lease lease(gateway, options);
  self = &lease;
  const std::string before = lease.id();
  UnbindBehindItsBack(gateway, lease.token());
  Check(lease.Compare(IsUser1()), "compare on the reopened lease");
  std::cout << "lease id changed: " << (lease.id() != before ? "yes" : "no") << "\n";
  Check(reopened == 1 && lease.id() != before, "reopened once");

  lose_again = true;
  UnbindBehindItsBack(gateway, lease.token());
  const Error error = ErrorOf("second loss", [&] { lease.Compare(IsUser1()); });
  Check(error.session_lost() && reopened == 2, "a second loss is an error");

  lose_again = false;
  int people = 0;
  auto search = AllPeople();
  search.set_filter("(uid=user.1)");
  for (const auto& entry : lease.Search(search)) people += !entry.dn().empty();
  Check(people == 1 && reopened == 3, "a search reopens");
  UnbindBehindItsBack(gateway, lease.token());
  auto pipeline = lease.OpenPipeline();
  Check(pipeline.Submit(IsUser1()).Get().matched() && reopened == 4, "a pipeline reopens");
  pipeline.Close();
}

void Errors(const Gateway& gateway) {
  Lease lease(gateway, Options("errors"));
  const Error missing = ErrorOf("missing entry", [&] {
    v1::GetEntryRequest request;
    request.set_dn(PersonDn("nobody"));
    lease.GetEntry(request);
  });
  Check(missing.code() == grpc::StatusCode::NOT_FOUND && missing.ldap() && missing.ldap()->code() == 32 &&
            missing.ldap()->name() == "noSuchObject",
        "code 32 and its name");
  Check(missing.ldap()->matched_dn() == "ou=people," + Environment("DIRLEASE_BASE"), "matched DN");

  const Error refused = ErrorOf("refused write", [&] {
    v1::ModifyRequest request;
    request.set_dn(PersonDn("user.1"));
    auto* change = request.add_modifications();
    change->set_type(v1::Modification::TYPE_ADD);
    change->mutable_attribute()->set_type("noSuchAttributeType");
    change->mutable_attribute()->add_text_values("x");
    lease.Modify(request);
  });
  Check(refused.ldap() && refused.ldap()->code() == 17 && !refused.ldap()->diagnostic_message().empty(),
        "code 17 and the directory's text");

  const Error malformed = ErrorOf("malformed filter", [&] {
    auto request = AllPeople();
    request.set_filter("(uid=");
    lease.Search(request).Next();
  });
  Check(malformed.code() == grpc::StatusCode::INVALID_ARGUMENT && malformed.field() == "filter", "the field's name");
}

void Pipelined(const Gateway& gateway) {
  Lease lease(gateway, Options("pipeline"));
  auto pipeline = lease.OpenPipeline();
  auto all = pipeline.Submit(AllPeople());
  pipeline.Abandon(all.id());
  constexpr int kLookups = 1000, kMissing = 500;
  const auto person = [](int i) { return PersonDn("user." + std::to_string(i % 90)); };
  std::vector<dirlease::client::Pending<v1::GetEntryResponse>> answers;
  for (int i = 0; i < kLookups; ++i) {
    v1::GetEntryRequest request;
    request.set_dn(i == kMissing ? PersonDn("nobody") : person(i));
    answers.push_back(pipeline.Submit(std::move(request)));
  }
  for (int i = 0; i < kLookups; ++i) {
    if (i == kMissing) {
      const Error error = ErrorOf("missing", [&] { answers[i].Get(); });
      Check(error.ldap() && error.ldap()->code() == 32, "the missing one alone fails");
    } else {
      Check(answers[i].Get().entry().dn() == person(i), "each its own answer");
    }
  }
  const Error abandoned = ErrorOf("abandoned", [&] { all.Get(); });
  Check(abandoned.code() == grpc::StatusCode::CANCELLED, "the abandoned one is cancelled");
  pipeline.Close();
}

void KeptAlive(const Gateway& gateway) {
  auto options = Options("keepalive");
  options.ttl = 1ms;  // The gateway grants its shortest.
  bool reopened = false;
  options.on_reopen = [&](const v1::Session&) { reopened = true; };
  Lease lease(gateway, options);
  std::cout << "idle for longer than " << lease.ttl().count() << " ms" << std::endl;
  std::this_thread::sleep_for(lease.ttl() + lease.ttl() / 2);
  std::cout << lease.WhoAmI() << "\n";
  Check(!reopened, "the first lease is alive");
}

}  // namespace

int main(int argc, char** argv) try {
  const std::map<std::string, void (*)(const Gateway&)> scenarios = {
      {"early-exit", EarlyExit}, {"exception", Exception},     {"killed", Killed},       {"reopen", Reopen},
      {"errors", Errors},        {"pipeline", Pipelined},      {"keepalive", KeptAlive},
  };
  const auto scenario = argc == 2 ? scenarios.find(argv[1]) : scenarios.end();
  if (scenario == scenarios.end()) throw std::runtime_error("no scenario of that name");
  scenario->second(Gateway(Environment("DIRLEASE_ADDRESS")));
  std::cout << "ok " << argv[1] << "\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
