// Server reflection v1 over the descriptors linked into the program. The library's plugin serves
// v1alpha beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Service;
}

namespace dirlease {

// Thread-safe. `services` are the full names that it lists.
std::unique_ptr<grpc::Service> NewReflectionService(std::vector<std::string> services);

}  // namespace dirlease
