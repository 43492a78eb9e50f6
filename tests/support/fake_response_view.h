// From an owned FakeMessage to the views that LdapHandle::TakeNext hands out. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "ldap/ldap_handle.h"
#include "support/fake_message.h"

namespace dirlease::testing {

// Calls back once, with views of `message` that die when the callback returns. REQUIRES: not
// kPartial, not kBroken.
void CallWithView(const FakeMessage& message,
                  absl::FunctionRef<void(const ResponseView&)> callback);

}  // namespace dirlease::testing
