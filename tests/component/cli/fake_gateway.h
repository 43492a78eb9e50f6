// A gateway that answers from a script and notes what it was asked, for the client's tests. Its
// methods run on gRPC's threads while the client blocks; the notes may be read after the client is
// done.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dirlease/admin/v1/admin_service.grpc.pb.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dirlease::cli {

// A failed status with details, as the gateway sends them.
inline grpc::Status LdapFailure(grpc::StatusCode code, const std::string& reason, int32_t ldap_code,
                                const std::string& ldap_name) {
  google::rpc::Status details;
  details.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  details.add_details()->PackFrom(info);
  v1::LdapResult result;
  result.set_code(ldap_code);
  result.set_name(ldap_name);
  details.add_details()->PackFrom(result);
  return {code, "it did not work", details.SerializeAsString()};
}

class FakeGateway {
 public:
  using SearchScript = std::function<grpc::Status(grpc::ServerWriter<v1::SearchResponse>& writer)>;

  FakeGateway() : sessions_(*this), directory_(*this), admin_(*this) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&sessions_);
    builder.RegisterService(&directory_);
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
    health().SetServingStatus(true);
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeGateway() { server_->Shutdown(); }

  // gRPC's own; everything serves at first.
  grpc::HealthCheckServiceInterface& health() { return *server_->GetHealthCheckService(); }

  std::string address;

  // Script.
  std::string token_in_header;
  grpc::Status open_status;
  std::vector<std::string> tokens;  // of the first leases; then "body-token", or `open_status` ends it
  // Of every call but OpenSession and Unbind.
  grpc::Status status;
  SearchScript search_script;
  v1::CompareResponse compare_response;
  v1::WhoAmIResponse who_am_i_response;
  v1::AbandonResponse abandon_response;
  v1::GetSessionResponse session;
  std::vector<v1::HoldSessionResponse> hold_events;    // then `status`
  std::vector<admin::v1::ListSessionsResponse> pages;  // named by their index
  bool revoked = true;
  std::map<std::string, grpc::Status> statuses_by_dn;  // of changes, in place of `status`
  v1::GetEntryResponse entry;
  v1::ChangePasswordResponse password_response;
  v1::ExtendedResponse extended_response;
  v1::GetSchemaResponse schema;
  v1::VerifyCredentialsResponse verified;
  std::vector<v1::SyncResponse> sync_messages;  // then `status`
  std::map<std::string, grpc::Status> unbind_statuses;  // by lease; else OK

  // Notes.
  std::vector<v1::OpenSessionRequest> opened;
  std::vector<v1::UnbindRequest> unbound;
  // Lease of each call but OpenSession, from metadata.
  std::vector<std::string> leases;
  std::vector<std::string> trace_parents;
  v1::SearchRequest search;
  v1::CompareRequest compare;
  v1::AbandonRequest abandon;
  std::vector<std::string> changes;  // "add DN", "modify DN" ..., in order
  v1::AddRequest add;                // the last one each
  v1::ModifyRequest modify;
  v1::ModifyDnRequest rename;
  v1::GetEntryRequest get;
  v1::ChangePasswordRequest passwd;
  v1::ExtendedRequest extended;
  std::string schema_dn;
  v1::VerifyCredentialsRequest verify;
  v1::SyncRequest sync;
  v1::HoldSessionRequest hold;
  v1::RebindRequest rebind;
  std::vector<admin::v1::ListSessionsRequest> listed;
  admin::v1::RevokeSessionRequest revoke;
  admin::v1::DrainRequest drain;
  admin::v1::SetLogLevelRequest log_level;

 private:
  grpc::Status Note(const grpc::ServerContext* context) {
    const auto value = [&](const char* key) {
      const auto found = context->client_metadata().find(key);
      if (found == context->client_metadata().end()) return std::string();
      return std::string(found->second.data(), found->second.size());
    };
    std::lock_guard lock(mutex_);
    leases.push_back(value("ldap-session"));
    trace_parents.push_back(value("traceparent"));
    return status;
  }

  grpc::Status NoteChange(const grpc::ServerContext* context, const char* kind,
                          const std::string& dn) {
    const grpc::Status noted = Note(context);
    std::lock_guard lock(mutex_);
    changes.push_back(std::string(kind) + ' ' + dn);
    const auto own = statuses_by_dn.find(dn);
    return own == statuses_by_dn.end() ? noted : own->second;
  }

  struct Sessions final : v1::SessionService::Service {
    explicit Sessions(FakeGateway& fake) : fake(fake) {}
    grpc::Status OpenSession(grpc::ServerContext* context, const v1::OpenSessionRequest* request,
                             v1::OpenSessionResponse* response) override {
      {
        std::lock_guard lock(fake.mutex_);
        fake.opened.push_back(*request);
      }
      if (!fake.token_in_header.empty())
        context->AddInitialMetadata("ldap-session", fake.token_in_header);
      const bool scripted = fake.opened.size() <= fake.tokens.size();
      response->set_token(scripted ? fake.tokens[fake.opened.size() - 1] : "body-token");
      *response->mutable_session() = fake.session.session();
      if (scripted) return grpc::Status::OK;
      return fake.open_status;
    }
    grpc::Status VerifyCredentials(grpc::ServerContext* context, const v1::VerifyCredentialsRequest* request,
                                   v1::VerifyCredentialsResponse* response) override {
      fake.verify = *request;
      *response = fake.verified;
      return fake.Note(context);
    }
    grpc::Status KeepAlive(grpc::ServerContext* context, const v1::KeepAliveRequest*,
                           v1::KeepAliveResponse* response) override {
      response->mutable_ttl()->set_seconds(300);
      response->set_state(v1::Session::STATE_ACTIVE);
      return fake.Note(context);
    }
    grpc::Status GetSession(grpc::ServerContext* context, const v1::GetSessionRequest*,
                            v1::GetSessionResponse* response) override {
      *response = fake.session;
      return fake.Note(context);
    }
    grpc::Status Rebind(grpc::ServerContext* context, const v1::RebindRequest* request,
                        v1::RebindResponse* response) override {
      fake.rebind = *request;
      *response->mutable_session() = fake.session.session();
      return fake.Note(context);
    }
    grpc::Status HoldSession(grpc::ServerContext* context, const v1::HoldSessionRequest* request,
                             grpc::ServerWriter<v1::HoldSessionResponse>* writer) override {
      fake.hold = *request;
      for (const auto& event : fake.hold_events) writer->Write(event);
      return fake.Note(context);
    }
    grpc::Status Unbind(grpc::ServerContext* context, const v1::UnbindRequest* request,
                        v1::UnbindResponse* response) override {
      {
        std::lock_guard lock(fake.mutex_);
        fake.unbound.push_back(*request);
      }
      response->set_was_active(true);
      response->set_abandoned_operations(2);
      fake.Note(context);
      const auto own = fake.unbind_statuses.find(fake.leases.back());
      return own == fake.unbind_statuses.end() ? grpc::Status::OK : own->second;
    }
    FakeGateway& fake;
  };

  struct Directory final : v1::DirectoryService::Service {
    explicit Directory(FakeGateway& fake) : fake(fake) {}
    grpc::Status Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                        grpc::ServerWriter<v1::SearchResponse>* writer) override {
      std::unique_lock lock(fake.mutex_);
      fake.search = *request;
      lock.unlock();
      context->AddInitialMetadata("ldap-operation-id", "op-7");
      const grpc::Status status = fake.Note(context);
      return fake.search_script ? fake.search_script(*writer) : status;
    }
    grpc::Status Sync(grpc::ServerContext* context, const v1::SyncRequest* request,
                      grpc::ServerWriter<v1::SyncResponse>* writer) override {
      fake.sync = *request;
      for (const auto& message : fake.sync_messages) writer->Write(message);
      return fake.Note(context);
    }
    // Each search finds one entry.
    grpc::Status Pipeline(grpc::ServerContext* context,
                          grpc::ServerReaderWriter<v1::PipelineResponse, v1::PipelineRequest>* stream) override {
      const grpc::Status status = fake.Note(context);
      for (v1::PipelineRequest request; status.ok() && stream->Read(&request);) {
        v1::PipelineResponse response;
        for (const v1::PipelineCall& call : request.calls()) {
          v1::PipelineReply& reply = *response.add_replies();
          reply.set_id(call.id());
          reply.mutable_search()->add_entries()->set_dn(call.search().base_dn());
          reply.mutable_status();
        }
        stream->Write(response);
      }
      return status;
    }
    grpc::Status Compare(grpc::ServerContext* context, const v1::CompareRequest* request,
                         v1::CompareResponse* response) override {
      std::unique_lock lock(fake.mutex_);
      fake.compare = *request;
      lock.unlock();
      *response = fake.compare_response;
      return fake.Note(context);
    }
    grpc::Status WhoAmI(grpc::ServerContext* context, const v1::WhoAmIRequest*,
                        v1::WhoAmIResponse* response) override {
      *response = fake.who_am_i_response;
      return fake.Note(context);
    }
    grpc::Status Add(grpc::ServerContext* context, const v1::AddRequest* request,
                     v1::AddResponse*) override {
      fake.add = *request;
      return fake.NoteChange(context, "add", request->dn());
    }
    grpc::Status Modify(grpc::ServerContext* context, const v1::ModifyRequest* request,
                        v1::ModifyResponse*) override {
      fake.modify = *request;
      return fake.NoteChange(context, "modify", request->dn());
    }
    grpc::Status Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                        v1::DeleteResponse*) override {
      return fake.NoteChange(context, "delete", request->dn());
    }
    grpc::Status ModifyDn(grpc::ServerContext* context, const v1::ModifyDnRequest* request,
                          v1::ModifyDnResponse*) override {
      fake.rename = *request;
      return fake.NoteChange(context, "rename", request->dn());
    }
    grpc::Status GetEntry(grpc::ServerContext* context, const v1::GetEntryRequest* request,
                          v1::GetEntryResponse* response) override {
      fake.get = *request;
      *response = fake.entry;
      return fake.Note(context);
    }
    grpc::Status ChangePassword(grpc::ServerContext* context,
                                const v1::ChangePasswordRequest* request,
                                v1::ChangePasswordResponse* response) override {
      fake.passwd = *request;
      *response = fake.password_response;
      return fake.Note(context);
    }
    grpc::Status GetRootDse(grpc::ServerContext* context, const v1::GetRootDseRequest*,
                            v1::GetRootDseResponse* response) override {
      *response->mutable_entry() = fake.entry.entry();
      return fake.Note(context);
    }
    grpc::Status GetSchema(grpc::ServerContext* context, const v1::GetSchemaRequest* request,
                           v1::GetSchemaResponse* response) override {
      fake.schema_dn = request->subschema_subentry();
      *response = fake.schema;
      return fake.Note(context);
    }
    grpc::Status Extended(grpc::ServerContext* context, const v1::ExtendedRequest* request,
                          v1::ExtendedResponse* response) override {
      fake.extended = *request;
      *response = fake.extended_response;
      return fake.Note(context);
    }
    grpc::Status Abandon(grpc::ServerContext* context, const v1::AbandonRequest* request,
                         v1::AbandonResponse* response) override {
      fake.abandon = *request;
      *response = fake.abandon_response;
      return fake.Note(context);
    }
    FakeGateway& fake;
  };

  struct Admin final : admin::v1::AdminService::Service {
    explicit Admin(FakeGateway& fake) : fake(fake) {}
    grpc::Status ListSessions(grpc::ServerContext*, const admin::v1::ListSessionsRequest* request,
                              admin::v1::ListSessionsResponse* response) override {
      fake.listed.push_back(*request);
      *response = fake.pages.at(fake.listed.size() - 1);
      return fake.status;
    }
    grpc::Status RevokeSession(grpc::ServerContext*, const admin::v1::RevokeSessionRequest* request,
                               admin::v1::RevokeSessionResponse* response) override {
      fake.revoke = *request;
      response->set_was_active(fake.revoked);
      return fake.status;
    }
    grpc::Status Drain(grpc::ServerContext*, const admin::v1::DrainRequest* request,
                       admin::v1::DrainResponse* response) override {
      fake.drain = *request;
      response->set_active_sessions(3);
      response->set_active_operations(7);
      return fake.status;
    }
    grpc::Status SetLogLevel(grpc::ServerContext*, const admin::v1::SetLogLevelRequest* request,
                             admin::v1::SetLogLevelResponse* response) override {
      fake.log_level = *request;
      response->set_former_level("info");
      return fake.status;
    }
    FakeGateway& fake;
  };

  std::mutex mutex_;
  Sessions sessions_;
  Directory directory_;
  Admin admin_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace dirlease::cli
