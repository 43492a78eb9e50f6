#include "ldap/libldap/input_buffer_pool.h"

#include <utility>
#include <vector>

namespace dirlease {

namespace {

constexpr size_t kMostKept = 16;

std::vector<InputBuffer>& Stock() {
  thread_local std::vector<InputBuffer> stock;
  return stock;
}

}  // namespace

InputBuffer BorrowInputBuffer() {
  std::vector<InputBuffer>& stock = Stock();
  if (stock.empty()) return InputBuffer(new char[kInputBufferOctets]);
  InputBuffer buffer = std::move(stock.back());
  stock.pop_back();
  return buffer;
}

void ReturnInputBuffer(InputBuffer buffer) {
  if (Stock().size() < kMostKept) Stock().push_back(std::move(buffer));
}

}  // namespace dirlease
