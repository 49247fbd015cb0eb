#include "tokenizer/merging.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "kernels/check.h"

namespace dikkat {

namespace {

// Up to here it is quickest to look at all pairs again after each merge: nothing has to be kept in order.
constexpr size_t most_symbols_of_short = 48;

constexpr auto later = std::greater<>();

}  // namespace

void MergeQueue::push(uint32_t rank, int32_t place) {
  if (rank >= list_of_.size()) list_of_.resize(std::max<size_t>(rank + size_t{1}, 2 * list_of_.size()), -1);
  if (list_of_[rank] < 0) {
    if (free_lists_.empty()) {
      free_lists_.push_back(static_cast<int32_t>(lists_.size()));
      lists_.emplace_back();
    }
    list_of_[rank] = free_lists_.back();
    free_lists_.pop_back();
    ranks_.push_back(rank);
    std::push_heap(ranks_.begin(), ranks_.end(), later);
  }
  List& list = lists_[static_cast<size_t>(list_of_[rank])];
  const bool in_order = list.next == list.places.size() || list.places.back() <= place;
  list.places.push_back(place);
  if (list.is_heap) {
    std::push_heap(list.places.begin(), list.places.end(), later);
  } else if (!in_order) {
    list.places.erase(list.places.begin(), list.places.begin() + static_cast<std::ptrdiff_t>(list.next));
    list.next = 0;
    list.is_heap = true;
    std::make_heap(list.places.begin(), list.places.end(), later);
  }
}

void MergeQueue::pop(uint32_t& rank, int32_t& place) {
  rank = ranks_.front();
  List& list = lists_[static_cast<size_t>(list_of_[rank])];
  if (list.is_heap) {
    std::pop_heap(list.places.begin(), list.places.end(), later);
    place = list.places.back();
    list.places.pop_back();
  } else {
    place = list.places[list.next++];
  }
  if (list.next < list.places.size()) return;
  list.places.clear();
  list.next = 0;
  list.is_heap = false;
  free_lists_.push_back(list_of_[rank]);
  list_of_[rank] = -1;
  std::pop_heap(ranks_.begin(), ranks_.end(), later);
  ranks_.pop_back();
}

void Merging::run(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit) {
  if (symbols.size() < 2) return;
  if (symbols.size() <= most_symbols_of_short) {
    run_short(table, symbols, limit);
  } else {
    run_long(table, symbols, limit);
  }
}

void Merging::run_short(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit) {
  uint32_t ranks[most_symbols_of_short];  // of the pair that begins at each symbol
  int32_t results[most_symbols_of_short];
  int32_t* const s = symbols.data();
  size_t pairs = symbols.size() - 1;
  const auto look_up = [&](size_t i) {
    const MergeTable::Entry& entry = table.find(s[i], s[i + 1]);
    ranks[i] = entry.rank;
    results[i] = entry.result;
  };
  for (size_t i = 0; i < pairs; ++i) look_up(i);
  while (pairs > 0) {
    size_t best = 0;
    for (size_t i = 1; i < pairs; ++i) best = ranks[i] < ranks[best] ? i : best;
    if (ranks[best] >= limit) break;
    s[best] = results[best];
    std::copy(s + best + 2, s + pairs + 1, s + best + 1);
    std::copy(ranks + best + 1, ranks + pairs, ranks + best);
    std::copy(results + best + 1, results + pairs, results + best);
    --pairs;
    if (best > 0) look_up(best - 1);
    if (best < pairs) look_up(best);
  }
  symbols.resize(pairs + 1);
}

void Merging::run_long(const MergeTable& table, std::vector<int32_t>& symbols, uint32_t limit) {
  const size_t count = symbols.size();
  require(count < std::numeric_limits<int32_t>::max(), "tokenizer: a piece of ", count,
          " bytes without a break is too long; cut the text");
  // The symbols as a list: a merged one takes the place of its left part, that of its right part leads nowhere.
  const auto end = static_cast<int32_t>(count);
  next_.resize(count);
  previous_.resize(count);
  ranks_.assign(count, MergeTable::no_rank);
  const auto at = [](int32_t i) { return static_cast<size_t>(i); };
  const auto look_up = [&](int32_t i) {
    const int32_t right = next_[at(i)];
    const uint32_t rank = right == end ? MergeTable::no_rank : table.find(symbols[at(i)], symbols[at(right)]).rank;
    ranks_[at(i)] = rank;
    if (rank < limit) queue_.push(rank, i);
  };
  for (int32_t i = 0; i < end; ++i) {
    next_[at(i)] = i + 1;
    previous_[at(i)] = i - 1;
  }
  for (int32_t i = 0; i < end; ++i) look_up(i);
  while (!queue_.is_empty()) {
    uint32_t rank;
    int32_t i;
    queue_.pop(rank, i);
    if (ranks_[at(i)] != rank) continue;  // one of the two has merged with somebody else since
    const int32_t right = next_[at(i)], behind = next_[at(right)];
    symbols[at(i)] = table.find(symbols[at(i)], symbols[at(right)]).result;
    ranks_[at(right)] = MergeTable::no_rank;
    next_[at(i)] = behind;
    if (behind != end) previous_[at(behind)] = i;
    if (i > 0) look_up(previous_[at(i)]);
    look_up(i);
  }
  size_t kept = 0;
  for (int32_t i = 0; i < end; i = next_[at(i)]) symbols[kept++] = symbols[at(i)];
  symbols.resize(kept);
}

}  // namespace dikkat
