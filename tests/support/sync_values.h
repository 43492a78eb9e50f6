// What a directory sends of content synchronization (RFC 4533), written apart from service/model/content_sync.h. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/ldap_result.h"
#include "support/fake_message.h"

namespace dirlease::testing {

inline constexpr int kSyncPresent = 0;
inline constexpr int kSyncAdd = 1;
inline constexpr int kSyncModify = 2;
inline constexpr int kSyncDelete = 3;

// 16 octets.
inline std::string UuidOf(char c) { return std::string(16, c); }

// An empty cookie = none.
Control SyncStateControl(int state, const std::string& uuid, const std::string& cookie = "");
Control SyncDoneControl(const std::string& cookie, bool refresh_deletes = false);

FakeMessage SyncEntryMessage(int id, std::string dn, int state, const std::string& uuid,
                             const std::string& cookie = "", FakeAttributes attributes = {});
FakeMessage NewCookieMessage(int id, const std::string& cookie);
// The end of a present phase, or of a delete phase; `done`: and of the refresh.
FakeMessage RefreshMessage(int id, bool present, bool done, const std::string& cookie = "");
FakeMessage IdSetMessage(int id, bool deletes, const std::vector<std::string>& uuids, const std::string& cookie = "");
FakeMessage SyncDoneMessage(int id, int code, const std::string& cookie, bool refresh_deletes = false);

}  // namespace dirlease::testing
