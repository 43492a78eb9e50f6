// Operations as the contract's requests.
#pragma once

#include "bench/load/operation.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::bench {

inline void Fill(const Operation& operation, v1::GetEntryRequest& request) {
  request.set_dn(operation.base);
}

inline void Fill(const Operation& operation, v1::CompareRequest& request) {
  request.set_dn(operation.base);
  request.set_attribute_type(kCompareType);
  request.set_value(operation.value);
}

inline void Fill(const Operation& operation, v1::SearchRequest& request) {
  request.set_base_dn(operation.base);
  request.set_filter(operation.filter);
  request.set_size_limit(operation.limit);
  request.set_accept_partial(operation.limit != 0);
  if (!operation.paged) request.set_auto_page_size(0);
}

}  // namespace dirlease::bench
