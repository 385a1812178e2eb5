// A stream between two processes in simulation. The vendors' streams have names, locks and a
// container of blocks, and g++ takes a sixth of its time for those of a residual network; here a
// process runs on whole frames, one after the other, so that an array is all it takes. Ports of the
// top are the vendor's in any case, and so are all streams where QFX_PLAIN_STREAMS is not defined:
// in synthesis and in the vendor's own simulation.
#ifndef QFX_QUEUE_H_
#define QFX_QUEUE_H_

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

namespace qfx {

template <class T>
class Queue {
 public:
  Queue() : values_(0), first_(0), last_(0), room_(0) {}
  explicit Queue(const char*) : values_(0), first_(0), last_(0), room_(0) {}
  ~Queue() { delete[] values_; }

  bool empty() const { return first_ == last_; }
  size_t size() const { return last_ - first_; }

  void write(const T& value) {
    if (last_ == room_) grow();
    values_[last_++] = value;
  }

  T read() {
    if (empty()) {
      fprintf(stderr, "a stream is read that holds nothing\n");
      abort();
    }
    const T value = values_[first_++];
    if (empty()) first_ = last_ = 0;
    return value;
  }

 private:
  Queue(const Queue&);
  Queue& operator=(const Queue&);

  // By hand: a std::vector of each type costs g++ a third of what is saved here.
  void grow() {
    room_ += room_ + 16;
    T* const values = new T[room_];
    for (size_t i = 0; i < last_; ++i) values[i] = values_[i];
    delete[] values_;
    values_ = values;
  }

  T* values_;
  size_t first_, last_, room_;  // of those that it holds; of the array
};

}  // namespace qfx

#endif  // QFX_QUEUE_H_
