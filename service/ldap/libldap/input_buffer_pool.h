// 64 KiB input buffers, borrowed only while a connection has unread input: thousands of idle
// connections share a few. Thread-safe: each thread keeps its own small stock, a buffer may be
// given back on another thread than it came from.
#pragma once

#include <cstddef>
#include <memory>

namespace dirlease {

inline constexpr size_t kInputBufferOctets = 64 * 1024;
using InputBuffer = std::unique_ptr<char[]>;

// Contents are left over from its last use.
InputBuffer BorrowInputBuffer();
void ReturnInputBuffer(InputBuffer buffer);

}  // namespace dirlease
