// The main job: a lease, a stream that is left early, and what else one does at a directory. Error is thrown all through.
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "dirlease/client/lease.h"

namespace v1 = dirlease::v1;
using dirlease::client::Error;
using dirlease::client::Gateway;
using dirlease::client::Lease;

int main() try {
  const std::string base = std::getenv("DIRLEASE_BASE");
  const Gateway gateway(std::getenv("DIRLEASE_ADDRESS"));
  Lease lease(gateway, {.credentials = dirlease::client::SimpleBind(std::getenv("DIRLEASE_BIND_DN"),
                                                                    std::getenv("DIRLEASE_BIND_PASSWORD")),
                        .label = "main_job"});
  std::cout << "lease " << lease.id() << " of " << lease.WhoAmI() << "\n";

  v1::SearchRequest search;
  search.set_base_dn(base);
  search.set_filter("(&(objectClass={0})(uid={1}*))");
  for (const char* argument : {"person", "user"}) search.add_filter_args(argument);  // Escaped by the gateway.
  search.set_auto_page_size(0);
  int count = 0;
  for (const auto& entry : lease.Search(search)) {
    std::cout << "  " << entry.dn() << "\n";
    if (++count == 10) break;  // The stream goes away, and so the gateway abandons the search.
  }
  while (!lease.Describe().operations().empty()) {}  // The cancel is still on its way.
  std::cout << "abandoned: nothing runs on the lease any more\n";

  v1::CompareRequest compare;
  compare.set_dn("uid=user.1,ou=people," + base);
  compare.set_attribute_type("uid");
  compare.set_text_value("user.1");
  std::cout << "user.1 is user.1: " << std::boolalpha << lease.Compare(compare) << "\n";

  v1::ModifyRequest modify;
  modify.set_dn(compare.dn());
  auto* change = modify.add_modifications();
  change->set_type(v1::Modification::TYPE_REPLACE);
  change->mutable_attribute()->set_type("description");
  change->mutable_attribute()->add_text_values("changed by main_job");
  lease.Modify(modify);

  std::cout << "unbound: " << lease.Unbind() << "\n";  // The end of the scope would have done it.
} catch (const Error& error) {
  std::cerr << "main_job: " << error.what() << " (" << error.reason() << ")\n";
  return 1;
}
