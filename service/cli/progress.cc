#include "cli/progress.h"

#include <ostream>

namespace dirlease::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenUpdates{100};
constexpr char kEraseLine[] = "\r\x1b[K";

}  // namespace

Progress::~Progress() {
  if (shown_) err_ << kEraseLine << std::flush;
}

void Progress::Update(int64_t entries, Clock::time_point now) {
  if (!enabled_ || (shown_ && now - last_ < kBetweenUpdates)) return;
  shown_ = true;
  last_ = now;
  err_ << kEraseLine << entries << " entries, " << Rate(entries, now - start_) << "/s"
       << std::flush;
}

int64_t Rate(int64_t entries, std::chrono::nanoseconds elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return seconds > 0 ? static_cast<int64_t>(static_cast<double>(entries) / seconds) : 0;
}

}  // namespace dirlease::cli
