#include "support/grpc/client.h"

#include <fcntl.h>
#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <utility>

#include "base/unique_fd.h"
#include "support/limits.h"
#include "support/loopback.h"

namespace dirlease::testing {

namespace {

grpc::ByteBuffer Encode(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool Decode(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string octets;
  for (const grpc::Slice& slice : slices) {
    octets.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message.ParseFromString(octets);
}

std::string MethodOf(const google::protobuf::Message& request) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* name : {"dirlease.v1.SessionService", "dirlease.v1.DirectoryService"}) {
    const auto* service = pool->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->input_type() != request.GetDescriptor()) continue;
      return "/" + service->full_name() + "/" + service->method(i)->name();
    }
  }
  ADD_FAILURE() << request.GetTypeName() << " is no request of a method";
  return "/";
}

std::string Contents(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

class ClientCall::Reactor final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Reactor(grpc::GenericStub& stub, const std::string& method, const CallOptions& options) {
    if (!options.token.empty()) context_.AddMetadata("ldap-session", options.token);
    if (!options.second_token.empty()) context_.AddMetadata("ldap-session", options.second_token);
    if (!options.traceparent.empty()) context_.AddMetadata("traceparent", options.traceparent);
    if (options.deadline) {
      context_.set_deadline(std::chrono::system_clock::now() +
                            absl::ToChronoMilliseconds(*options.deadline));
    }
    stub.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();  // until the test has seen the end
    StartCall();
  }

  void Write(const google::protobuf::Message& message) {
    written_ = Encode(message);
    Run(writing_, [this] { StartWrite(&written_); });
  }
  void WritesDone() {
    Run(writing_, [this] { StartWritesDone(); });
  }
  bool Read(google::protobuf::Message& message) {
    if (read_ended_) return false;
    read_ended_ = !Run(reading_, [this] { StartRead(&read_); });
    if (read_ended_) return false;
    EXPECT_TRUE(Decode(read_, message));
    return true;
  }
  void Cancel() { context_.TryCancel(); }
  CallEnd Finish() {
    while (!read_ended_) read_ended_ = !Run(reading_, [this] { StartRead(&read_); });
    RemoveHold();
    std::unique_lock lock(mutex_);
    Wait(lock, [this] { return status_.has_value(); });
    return DecodeCallEnd(status_->error_code(), status_->error_message(), status_->error_details());
  }
  std::string Header(const std::string& key) {
    std::unique_lock lock(mutex_);
    Wait(lock, [this] { return headers_there_; });
    const auto& headers = context_.GetServerInitialMetadata();
    const auto found = headers.find(key);
    return found == headers.end() ? "" : std::string(found->second.data(), found->second.size());
  }

 private:
  enum class Step { kNone, kRunning, kDone, kFailed };

  template <typename Condition>
  void Wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    if (changed_.wait_for(lock, kSafetyLimit, condition)) return;
    fprintf(stderr, "an RPC did not go on within the safety limit\n");
    abort();
  }
  // Starts it and waits for its end; whether it succeeded.
  template <typename Starter>
  bool Run(Step& step, Starter start) {
    std::unique_lock lock(mutex_);
    step = Step::kRunning;
    lock.unlock();
    start();
    lock.lock();
    Wait(lock, [&step] { return step != Step::kRunning; });
    return step == Step::kDone;
  }
  void Told(Step& step, bool ok) {
    std::lock_guard lock(mutex_);
    step = ok ? Step::kDone : Step::kFailed;
    changed_.notify_all();
  }

  void OnReadInitialMetadataDone(bool) override {
    std::lock_guard lock(mutex_);
    headers_there_ = true;
    changed_.notify_all();
  }
  void OnReadDone(bool ok) override { Told(reading_, ok); }
  void OnWriteDone(bool ok) override { Told(writing_, ok); }
  void OnWritesDoneDone(bool ok) override { Told(writing_, ok); }
  void OnDone(const grpc::Status& status) override {
    std::lock_guard lock(mutex_);
    status_ = status;
    headers_there_ = true;
    changed_.notify_all();
  }

  grpc::ClientContext context_;
  grpc::ByteBuffer written_;
  grpc::ByteBuffer read_;
  bool read_ended_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Step writing_ = Step::kNone;
  Step reading_ = Step::kNone;
  bool headers_there_ = false;
  std::optional<grpc::Status> status_;
};

ClientCall::ClientCall(std::unique_ptr<Reactor> reactor) : reactor_(std::move(reactor)) {}

ClientCall::~ClientCall() {
  if (end_) return;
  Cancel();
  Finish();
}

void ClientCall::Write(const google::protobuf::Message& message) { reactor_->Write(message); }
void ClientCall::WritesDone() { reactor_->WritesDone(); }
bool ClientCall::Read(google::protobuf::Message& message) { return reactor_->Read(message); }
void ClientCall::Cancel() { reactor_->Cancel(); }
std::string ClientCall::Header(const std::string& key) { return reactor_->Header(key); }

const CallEnd& ClientCall::Finish() {
  if (!end_) end_ = reactor_->Finish();
  return *end_;
}

struct Client::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  UniqueFd socket;
  grpc::GenericStub stub;
};

Client::Client(const std::string& address) {
  UniqueFd socket = ConnectToLoopback(std::stoi(address.substr(address.rfind(':') + 1)));
  if (!socket.valid()) {
    fprintf(stderr, "nobody listens on %s\n", address.c_str());
    abort();
  }
  // As gRPC sets it on sockets of its own: without it each call waits for delayed acknowledgements.
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // gRPC owns its descriptor; this second one is to break the connection with.
  const int given = fcntl(socket.get(), F_DUPFD_CLOEXEC, 0);
  fcntl(given, F_SETFL, fcntl(given, F_GETFL) | O_NONBLOCK);
  channel_ = std::make_unique<Channel>(grpc::CreateInsecureChannelFromFd(address, given));
  channel_->socket = std::move(socket);
}

Client::Client(const std::string& address, const Tls& tls) {
  const grpc::SslCredentialsOptions options{Contents(tls.ca_file), Contents(tls.key_file),
                                            Contents(tls.certificate_file)};
  channel_ = std::make_unique<Channel>(grpc::CreateChannel(address, grpc::SslCredentials(options)));
}

Client::~Client() = default;

std::unique_ptr<ClientCall> Client::StartMethod(const std::string& method,
                                                const CallOptions& options) {
  return std::unique_ptr<ClientCall>(
      new ClientCall(std::make_unique<ClientCall::Reactor>(channel_->stub, method, options)));
}

std::unique_ptr<ClientCall> Client::Start(const google::protobuf::Message& request,
                                          const CallOptions& options) {
  auto call = StartMethod(MethodOf(request), options);
  call->Write(request);
  call->WritesDone();
  return call;
}

CallEnd Client::Call(const google::protobuf::Message& request, google::protobuf::Message* response,
                     const CallOptions& options) {
  const auto call = Start(request, options);
  if (response != nullptr) call->Read(*response);
  return call->Finish();
}

CallEnd Client::CallMethod(const std::string& method, const google::protobuf::Message& request,
                           google::protobuf::Message* response) {
  const auto call = StartMethod(method);
  call->Write(request);
  call->WritesDone();
  if (response != nullptr) call->Read(*response);
  return call->Finish();
}

v1::OpenSessionResponse Client::Open(const v1::OpenSessionRequest& request) {
  v1::OpenSessionResponse response;
  const CallEnd end = Call(request, &response);
  EXPECT_TRUE(end.ok()) << end;
  return response;
}

v1::UnbindResponse Client::Unbind(const std::string& token) {
  v1::UnbindResponse response;
  const CallEnd end = Call(v1::UnbindRequest(), &response, {.token = token});
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_TRUE(response.was_active());
  return response;
}

void Client::BreakConnection() { shutdown(channel_->socket.get(), SHUT_RDWR); }

v1::OpenSessionRequest SimpleBindRequest(const std::string& dn, const std::string& password) {
  v1::OpenSessionRequest request;
  request.mutable_credentials()->mutable_simple()->set_dn(dn);
  request.mutable_credentials()->mutable_simple()->set_password(password);
  return request;
}

SearchOutcome ReadAll(ClientCall& call) {
  SearchOutcome outcome;
  for (v1::SearchResponse message; call.Read(message); ++outcome.messages) {
    EXPECT_FALSE(outcome.all.has_done()) << "a message after done";
    outcome.all.MergeFrom(message);
  }
  outcome.end = call.Finish();
  return outcome;
}

SearchOutcome RunSearch(Client& client, const v1::SearchRequest& request,
                        const std::string& token) {
  const auto call = client.Start(request, {.token = token});
  return ReadAll(*call);
}

int HealthOf(Client& client, const std::string& service) {
  // On the wire these are grpc.health.v1's request and response.
  google::protobuf::StringValue request;
  request.set_value(service);
  google::protobuf::Int32Value response;
  const CallEnd end = client.CallMethod("/grpc.health.v1.Health/Check", request, &response);
  return end.ok() ? response.value() : -static_cast<int>(end.code);
}

}  // namespace dirlease::testing
