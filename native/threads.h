// A few threads that share the tasks of one call. Which thread takes which task is left to chance; kernels are written so that no result
// depends on it.
#pragma once
#include <cstdint>

/** Runs tasks 0 … count-1, on up to `threads` threads, the caller's among them. Rethrows the first exception of a task. */
void shareTasks(int threads, int64_t count, void (*run)(void* context, int64_t task), void* context);

template <class Task> void parallel(int threads, int64_t count, Task task) {
  if (threads <= 1 || count <= 1) {
    for (int64_t i = 0; i < count; i++) task(i);
    return;
  }
  shareTasks(threads, count, [](void* context, int64_t i) { (*static_cast<Task*>(context))(i); }, &task);
}
