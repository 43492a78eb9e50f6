#include "support/sync_values.h"

#include <utility>

#include "support/ber.h"

namespace dirlease::testing {

namespace {
constexpr char kStateOid[] = "1.3.6.1.4.1.4203.1.9.1.2";
constexpr char kDoneOid[] = "1.3.6.1.4.1.4203.1.9.1.3";
constexpr char kInfoOid[] = "1.3.6.1.4.1.4203.1.9.1.4";

std::string CookieElement(const std::string& cookie) { return cookie.empty() ? "" : ber::Octets(cookie); }
}  // namespace

Control SyncStateControl(int state, const std::string& uuid, const std::string& cookie) {
  return {.oid = kStateOid,
          .value = ber::Sequence(ber::Integer(state, ber::kEnumerated) + ber::Octets(uuid) + CookieElement(cookie))};
}

Control SyncDoneControl(const std::string& cookie, bool refresh_deletes) {
  std::string content = CookieElement(cookie);
  if (refresh_deletes) content += ber::Boolean(true);
  return {.oid = kDoneOid, .value = ber::Sequence(content)};
}

FakeMessage SyncEntryMessage(int id, std::string dn, int state, const std::string& uuid, const std::string& cookie,
                             FakeAttributes attributes) {
  return EntryMessage(id, std::move(dn), std::move(attributes), {SyncStateControl(state, uuid, cookie)});
}

FakeMessage NewCookieMessage(int id, const std::string& cookie) {
  return IntermediateMessage(id, kInfoOid, ber::Element(0x80, cookie));
}

FakeMessage RefreshMessage(int id, bool present, bool done, const std::string& cookie) {
  std::string content = CookieElement(cookie);
  if (!done) content += ber::Boolean(false);
  return IntermediateMessage(id, kInfoOid, ber::Element(present ? 0xa2 : 0xa1, content));
}

FakeMessage IdSetMessage(int id, bool deletes, const std::vector<std::string>& uuids, const std::string& cookie) {
  std::string set;
  for (const std::string& uuid : uuids) set += ber::Octets(uuid);
  std::string content = CookieElement(cookie);
  if (deletes) content += ber::Boolean(true);
  return IntermediateMessage(id, kInfoOid, ber::Element(0xa3, content + ber::Element(ber::kSet, set)));
}

FakeMessage SyncDoneMessage(int id, int code, const std::string& cookie, bool refresh_deletes) {
  LdapResult result;
  result.code = code;
  result.controls.push_back(SyncDoneControl(cookie, refresh_deletes));
  return ResultMessage(id, std::move(result));
}

}  // namespace dirlease::testing
