#include "support/fake_directory_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "support/ber.h"
#include "support/directory_response.h"

namespace dirlease::testing {

namespace {

using Kind = DirectoryRequest::Kind;

// Automatic entries are made only as they can leave, so that an Abandon finds most of them unmade.
constexpr size_t kOutputAhead = 4 * 1024;

}  // namespace

AutoAnswers AutoAnswers::All(int entries_per_search) {
  AutoAnswers answers;
  answers.binds = true;
  answers.root_dse = true;
  answers.entries_per_search = entries_per_search;
  answers.compares = true;
  answers.who_am_i = true;
  return answers;
}

void FakeDirectoryConnection::ReadInput(const AutoAnswers& answers) {
  char buffer[16 * 1024];
  const ssize_t count = recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (count > 0) {
    input_.append(buffer, count);
    TakeRequests(answers);
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    input_ended_ = true;
    Close();
  }
}

void FakeDirectoryConnection::TakeRequests(const AutoAnswers& answers) {
  while (open() && !input_.empty()) {
    const std::optional<size_t> size = ber::ElementSize(input_);
    if (size && (*size == 0 || *size > input_.size())) return;
    const std::optional<DirectoryRequest> request =
        size ? DecodeRequest(std::string_view(input_).substr(0, *size)) : std::nullopt;
    if (!request) {
      not_ldap_ = true;
      return Close();
    }
    input_.erase(0, *size);
    requests_.push_back(*request);
    kinds_[request->message_id] = request->kind;
    Handle(*request, answers);
  }
}

void FakeDirectoryConnection::Handle(const DirectoryRequest& request, const AutoAnswers& answers) {
  const int id = request.message_id;
  switch (request.kind) {
    case Kind::kBind:
      bound_name_ = request.dn;
      if (answers.binds) Send(ResultMessage(id));
      break;
    case Kind::kUnbind:
      if (!hold_after_unbind_) Close();
      break;
    case Kind::kSearch:
      AnswerSearch(request, answers);
      break;
    case Kind::kCompare:
      if (answers.compares) Send(ResultMessage(id, ldap_code::kCompareTrue));
      break;
    case Kind::kAbandon:
      searches_.remove_if([&request](const RunningSearch& search) {
        return search.request.message_id == request.abandoned_id;
      });
      break;
    case Kind::kExtended:
      if (answers.who_am_i && request.oid == kWhoAmIOid) {
        Send(ExtendedResultMessage(id, {}, "", "dn:" + bound_name_));
      }
      break;
    case Kind::kOther:
      break;
  }
}

void FakeDirectoryConnection::AnswerSearch(const DirectoryRequest& request,
                                           const AutoAnswers& answers) {
  if (request.dn.empty() && request.scope == 0) {
    if (answers.root_dse) AnswerRootDse(request.message_id, answers.offers_paging);
    return;
  }
  if (answers.entries_per_search < 0) return;
  RunningSearch search{.request = request, .next = 0, .end = answers.entries_per_search};
  if (request.paged && answers.offers_paging) {
    search.next = std::atoi(request.paged->cookie.c_str());
    search.end = std::min(search.end, search.next + request.paged->size);
  }
  searches_.push_back(std::move(search));
}

void FakeDirectoryConnection::AnswerRootDse(int message_id, bool offers_paging) {
  FakeAttributes attributes = {{"supportedLDAPVersion", {"3"}},
                               {"supportedExtension", {kWhoAmIOid, kStartTlsOid}}};
  if (offers_paging) attributes.push_back({"supportedControl", {kPagedResultsOid}});
  Send(EntryMessage(message_id, "", std::move(attributes)));
  Send(ResultMessage(message_id));
}

void FakeDirectoryConnection::WriteOutput(const AutoAnswers& answers) {
  Advance(answers);
  const size_t size = dribble_ ? std::min<size_t>(1, output_.size()) : output_.size();
  const ssize_t count = send(fd(), output_.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) {
    output_.erase(0, count);
  } else if (errno != EAGAIN && errno != EINTR) {
    return Close();
  }
  if (half_close_ && output_.empty()) HalfClose();
}

// One entry of each running search in turn, as a directory with several workers would mix them.
void FakeDirectoryConnection::Advance(const AutoAnswers& answers) {
  while (output_.size() < kOutputAhead && !searches_.empty()) {
    RunningSearch search = std::move(searches_.front());
    searches_.pop_front();
    if (search.next >= search.end) {
      FinishSearch(search, answers);
      continue;
    }
    const int number = search.next++;
    Send(EntryMessage(search.request.message_id, fmt::format("cn={},{}", number, search.request.dn),
                      {{"cn", {std::to_string(number)}},
                       {"description", {std::string(answers.entry_value_octets, 'x')}}}));
    searches_.push_back(std::move(search));
  }
}

void FakeDirectoryConnection::FinishSearch(const RunningSearch& search,
                                           const AutoAnswers& answers) {
  LdapResult done;
  if (search.request.paged && answers.offers_paging) {
    const bool last = search.end >= answers.entries_per_search;
    done.controls.push_back(
        EncodePagedResults({.size = 0, .cookie = last ? "" : std::to_string(search.end)}));
  }
  Send(ResultMessage(search.request.message_id, std::move(done)));
}

void FakeDirectoryConnection::Send(const FakeMessage& message) {
  const auto kind = kinds_.find(message.message_id);
  output_ += EncodeResponse(message, kind == kinds_.end() ? Kind::kSearch : kind->second);
}

void FakeDirectoryConnection::HalfClose() {
  half_close_ = !output_.empty();
  if (!half_close_ && open()) shutdown(fd(), SHUT_WR);
}

void FakeDirectoryConnection::Reset() {
  if (!open()) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  Close();
}

}  // namespace dirlease::testing
