// The contract's requests, checked, as the session layer runs them. A failure names the field and the mend; nothing has
// reached a directory then. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"
#include "model/failure.h"
#include "model/requests.h"
#include "rpc/search_stream.h"
#include "session/open_request.h"

namespace dirlease {

inline constexpr size_t kMostLabelOctets = 128;
inline constexpr size_t kMostPasswordOctets = 4096;
inline constexpr size_t kMostSaslNameOctets = 1024;  // of an authentication id, realm or authorization id
inline constexpr size_t kMostAttributes = 1000;
inline constexpr size_t kMostAssertionOctets = 1024 * 1024;
inline constexpr size_t kMostSearchOctets = 1024 * 1024;  // of a whole request
// Of a write, attributes and modifications counted too: each costs memory, however few octets it has on the wire.
inline constexpr size_t kMostWrittenValues = 100'000;

struct ConvertedSearch {
  OperationRequest request;
  SearchStream::Options stream;
};

// `deadline`: what is left of the RPC's deadline, if it has one.
Outcome<ConvertedSearch> SearchFromProto(const v1::SearchRequest& request,
                                         std::optional<absl::Duration> deadline);
Outcome<OperationRequest> CompareFromProto(const v1::CompareRequest& request);
// One entry: a search of its base object. `deadline` as above.
Outcome<ConvertedSearch> GetEntryFromProto(const v1::GetEntryRequest& request,
                                           std::optional<absl::Duration> deadline);
Outcome<OperationRequest> AddFromProto(const v1::AddRequest& request);
Outcome<OperationRequest> ModifyFromProto(const v1::ModifyRequest& request);
Outcome<OperationRequest> DeleteFromProto(const v1::DeleteRequest& request);
Outcome<OperationRequest> ModifyDnFromProto(const v1::ModifyDnRequest& request);
Outcome<OperationRequest> WhoAmIFromProto(const v1::WhoAmIRequest& request);
Outcome<OperationRequest> ExtendedFromProto(const v1::ExtendedRequest& request);
// Wipes the passwords in `request`.
Outcome<OperationRequest> ChangePasswordFromProto(v1::ChangePasswordRequest& request);
// Wipes what a request that was converted would write: which of it are passwords is the directory's business.
void WipeValues(v1::AddRequest& request);
void WipeValues(v1::ModifyRequest& request);
void WipeValues(v1::ExtendedRequest& request);
// Each wipes the secrets in its request.
Outcome<OpenRequest> OpenFromProto(v1::OpenSessionRequest& request);
// A bind with a name and a password. Wipes the password in `request`.
Outcome<BindRequest> VerifyFromProto(v1::VerifyCredentialsRequest& request);
Outcome<RebindRequest> RebindFromProto(v1::RebindRequest& request);
Outcome<std::optional<Secret>> ContinueFromProto(v1::ContinueBindRequest& request);
// `controls` are the bind's. Wipes the secrets in `credentials`.
Outcome<Credentials> CredentialsFromProto(v1::BindCredentials& credentials,
                                          const google::protobuf::RepeatedPtrField<v1::Control>& controls);
// How long Unbind waits; zero = not at all.
Outcome<absl::Duration> WaitFromProto(const v1::UnbindRequest& request);
// Nothing when the id is empty or fine.
std::optional<Failure> OperationIdFailure(const std::string& operation_id);

// The token of a call: from the request metadata, else from the request's field. Both and different, or neither, fails.
Outcome<std::string> ChooseToken(std::string_view from_metadata, const std::string& from_field);

}  // namespace dirlease
