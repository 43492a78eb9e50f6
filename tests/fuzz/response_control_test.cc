// A response control's value at each decoder: raw it stays, decoded it is a message that any client can read.
#include "dirlease/v1/ldap.pb.h"
#include "fuzz/fuzz_target.h"
#include "rpc/convert_result.h"

namespace dirlease::testing {

DIRLEASE_FUZZ_TARGET(response_control) {
  for (const char* oid : {"1.2.840.113556.1.4.319", "1.2.840.113556.1.4.474", "2.16.840.1.113730.3.4.10",
                          "1.3.6.1.4.1.42.2.27.8.5.1", "1.3.6.1.1.13.1", "1.3.6.1.1.13.2", "1.2.3"}) {
    v1::ResponseControl control;
    ControlToProto({.oid = oid, .critical = false, .value = std::string(input)}, control);
    DIRLEASE_REQUIRE(control.value() == input);
    v1::ResponseControl read;
    DIRLEASE_REQUIRE(read.ParseFromString(control.SerializeAsString()));
    DIRLEASE_REQUIRE(read.decoded_case() == control.decoded_case());
  }
}

}  // namespace dirlease::testing
