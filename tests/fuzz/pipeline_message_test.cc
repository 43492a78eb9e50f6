// A v1.PipelineRequest as it is read by hand: what the generated class reads there is found, call by call and in order,
// and what is refused is refused whole.
#include "dirlease/v1/directory_service.pb.h"
#include "fuzz/fuzz_target.h"
#include "rpc/pipeline_message.h"
#include "support/fake_connector.h"
#include "support/manual_event_loop.h"

namespace dirlease::testing {
namespace {

void Compare(const PipelineMessage::Item& read, const v1::PipelineCall& sent) {
  const int kinds = (read.call != nullptr) + (read.refusal != nullptr) + read.abandon.has_value();
  DIRLEASE_REQUIRE(kinds == 1);
  DIRLEASE_REQUIRE(read.id == sent.id());
  DIRLEASE_REQUIRE(read.abandon.has_value() == (sent.call_case() == v1::PipelineCall::kAbandon));
  if (read.abandon) DIRLEASE_REQUIRE(*read.abandon == sent.abandon());
  if (sent.call_case() == v1::PipelineCall::CALL_NOT_SET) DIRLEASE_REQUIRE(read.refusal != nullptr);
}

}  // namespace

DIRLEASE_FUZZ_TARGET(pipeline_message) {
  ManualEventLoop loop;
  FakeConnector connector(loop);
  const TargetConfig target{.name = "default", .uris = {{.text = "ldap://a", .host = "a"}}};
  SessionManager manager(loop, connector, {}, {target});
  const PipelineMessage read = ReadPipelineMessage(input, manager, {});
  DIRLEASE_REQUIRE(read.octets == input.size());
  DIRLEASE_REQUIRE(!read.failure || read.items.empty());

  v1::PipelineRequest sent;
  if (!sent.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  if (static_cast<size_t>(sent.calls_size()) > kMostCallsPerMessage) {
    DIRLEASE_REQUIRE(read.failure.has_value());
    return;
  }
  DIRLEASE_REQUIRE(!read.failure);
  DIRLEASE_REQUIRE(read.session == sent.session());
  DIRLEASE_REQUIRE(read.items.size() == static_cast<size_t>(sent.calls_size()));
  for (size_t i = 0; i < read.items.size(); ++i) Compare(read.items[i], sent.calls(static_cast<int>(i)));
}

}  // namespace dirlease::testing
