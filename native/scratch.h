// Memory of a thread for the time of a kernel, kept for the next; 64-byte aligned.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

class Scratch {
 public:
  /** At least `count` floats, with anything in them. */
  float* floats(int64_t count) {
    if (count > count_) {
      std::free(memory_);
      memory_ = nullptr;
      count_ = 0;
      const size_t bytes = ((size_t)count * sizeof(float) + 63) / 64 * 64;
      memory_ = static_cast<float*>(std::aligned_alloc(64, bytes));
      if (memory_ == nullptr) throw std::bad_alloc();
      count_ = count;
    }
    return memory_;
  }
  ~Scratch() { std::free(memory_); }

 private:
  float* memory_ = nullptr;
  int64_t count_ = 0;
};

}  // namespace
