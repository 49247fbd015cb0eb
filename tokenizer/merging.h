// Byte-pair merging of one piece of text.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer/merge_table.h"

namespace dikkat {

// The merges that are waiting in one long piece, lowest rank first and of equal ranks the leftmost. Places of one rank
// share a list, and nearly always arrive from left to right: then taking one costs a step, not a logarithm. A million
// equal letters are that case.
class MergeQueue {
 public:
  void push(uint32_t rank, int32_t place);
  bool is_empty() const { return ranks_.empty(); }
  // Takes the first one. Not from an empty queue.
  void pop(uint32_t& rank, int32_t& place);

 private:
  struct List {
    std::vector<int32_t> places;
    size_t next = 0;       // those before are taken
    bool is_heap = false;  // from the first place that came out of order on
  };

  std::vector<uint32_t> ranks_;   // a heap: those whose lists have places
  std::vector<int32_t> list_of_;  // by rank: its number in lists_, or -1
  std::vector<List> lists_;
  std::vector<int32_t> free_lists_;
};

// Merges and the memory for it, which is used again for the next piece. One thread at a time.
class Merging {
 public:
  // Does to `symbols` what the table says: as long as two neighbours merge, those of the lowest rank do, the leftmost
  // first; merges of rank `limit` and above are left alone. n symbols take n log n steps at most.
  void run(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit = MergeTable::no_rank);

 private:
  void run_short(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit);
  void run_long(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit);

  MergeQueue queue_;
  std::vector<int32_t> next_, previous_;
  std::vector<uint32_t> ranks_;
};

}  // namespace dikkat
