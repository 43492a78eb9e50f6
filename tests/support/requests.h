// Requests that many tests make. Pure.
#pragma once

#include <cstdint>

#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::testing {

// What it asks for is the caller's to fill in.
inline v1::PipelineCall PipelineCallOf(uint64_t id) {
  v1::PipelineCall call;
  call.set_id(id);
  return call;
}

}  // namespace dirlease::testing
