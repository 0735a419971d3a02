// The pool of threads. A worker that has nothing to do looks for work for some microseconds, since the next kernel is usually close, and
// then sleeps. The pool is never taken down: its threads sleep until the process ends.
#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

struct Job {
  void (*run)(void*, int64_t);
  void* context;
  int64_t count;
  std::atomic<int64_t> next{0};
  std::atomic<int> seats{0};    // workers that may still join
  std::atomic<int> working{0};  // workers that have joined and not left
  std::mutex failure;
  std::exception_ptr exception;

  void work() {
    try {
      for (int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < count;) run(context, task);
    } catch (...) {
      std::lock_guard<std::mutex> guard(failure);
      if (!exception) exception = std::current_exception();
      next.store(count, std::memory_order_relaxed);
    }
  }
};

struct Pool {
  std::mutex busy;      // one call at a time; others run alone
  std::mutex sleeping;  // guards what follows
  std::condition_variable wake;
  Job* job = nullptr;
  std::atomic<uint64_t> round{0};
  int workers = 0;

  void serve() {
    uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < 4000 && round.load(std::memory_order_acquire) == seen; spin++) pause();
      Job* mine = nullptr;
      {
        std::unique_lock<std::mutex> lock(sleeping);
        wake.wait(lock, [&] { return round.load(std::memory_order_relaxed) != seen; });
        seen = round.load(std::memory_order_relaxed);
        if (job != nullptr && job->seats.load(std::memory_order_relaxed) > 0) {
          job->seats.fetch_sub(1, std::memory_order_relaxed);
          job->working.fetch_add(1, std::memory_order_relaxed);
          mine = job;
        }
      }
      if (mine == nullptr) continue;
      mine->work();
      mine->working.fetch_sub(1, std::memory_order_release);
    }
  }
};

Pool& pool() {
  static Pool* const one = new Pool();
  return *one;
}

}  // namespace

void shareTasks(int threads, int64_t count, void (*run)(void*, int64_t), void* context) {
  Pool& shared = pool();
  std::unique_lock<std::mutex> turn(shared.busy, std::try_to_lock);
  Job job;
  job.run = run;
  job.context = context;
  job.count = count;
  if (turn.owns_lock()) {
    const int helpers = (int)(count < threads ? count : threads) - 1;
    std::lock_guard<std::mutex> lock(shared.sleeping);
    for (; shared.workers < helpers; shared.workers++) std::thread([&shared] { shared.serve(); }).detach();
    job.seats.store(helpers, std::memory_order_relaxed);
    shared.job = &job;
    shared.round.fetch_add(1, std::memory_order_release);
    shared.wake.notify_all();
  }
  job.work();
  if (turn.owns_lock()) {
    {
      // Nobody joins any more; who has joined is waited for.
      std::lock_guard<std::mutex> lock(shared.sleeping);
      shared.job = nullptr;
    }
    for (int spin = 0; job.working.load(std::memory_order_acquire) > 0; spin++) {
      if (spin < 20000) pause();
      else std::this_thread::yield();
    }
  }
  if (job.exception) std::rethrow_exception(job.exception);
}
