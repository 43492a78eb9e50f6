#include "base/timer_heap.h"

namespace dirlease {

void TimerHeap::Arm(Alarm& alarm, absl::Time due) {
  alarm.due = due;
  if (alarm.place == kNowhere) {
    alarm.heap_time = due;
    heap_.push_back(&alarm);
    Put(&alarm, heap_.size() - 1);
    SiftUp(alarm.place);
  } else if (due < alarm.heap_time) {
    alarm.heap_time = due;
    SiftUp(alarm.place);
  }
}

void TimerHeap::Remove(Alarm& alarm) {
  if (alarm.place == kNowhere) return;
  const size_t hole = alarm.place;
  alarm.place = kNowhere;
  Alarm* last = heap_.back();
  heap_.pop_back();
  if (last == &alarm) return;
  Put(last, hole);
  SiftUp(hole);
  SiftDown(last->place);
}

TimerHeap::Alarm* TimerHeap::PopDue(absl::Time now) {
  while (!heap_.empty() && heap_[0]->heap_time <= now) {
    Alarm* first = heap_[0];
    if (first->due <= now) {
      Remove(*first);
      return first;
    }
    first->heap_time = first->due;
    SiftDown(0);
  }
  return nullptr;
}

void TimerHeap::Put(Alarm* alarm, size_t place) {
  heap_[place] = alarm;
  alarm->place = place;
}

void TimerHeap::SiftUp(size_t place) {
  Alarm* alarm = heap_[place];
  while (place > 0) {
    const size_t parent = (place - 1) / 2;
    if (heap_[parent]->heap_time <= alarm->heap_time) break;
    Put(heap_[parent], place);
    place = parent;
  }
  Put(alarm, place);
}

void TimerHeap::SiftDown(size_t place) {
  Alarm* alarm = heap_[place];
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->heap_time < heap_[child]->heap_time) ++child;
    if (alarm->heap_time <= heap_[child]->heap_time) break;
    Put(heap_[child], place);
    place = child;
  }
  Put(alarm, place);
}

}  // namespace dirlease
