#include "nn/train/token_data.h"

#include <algorithm>

#include "core/tensor.h"

namespace dikkat {

namespace {

constexpr size_t kept_back = 10;  // one passage in ten

std::vector<std::string_view> passages(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const size_t end = text.find("\n\n");
    const size_t length = end == std::string_view::npos ? text.size() : end + 2;
    found.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return found;
}

// Windows that begin at `starts`, and the same one token later.
Batch windows(const std::vector<int32_t>& tokens, const std::vector<int64_t>& starts, int64_t block_size) {
  std::vector<int32_t> inputs, targets;
  for (const int64_t start : starts) {
    const auto first = tokens.begin() + start;
    inputs.insert(inputs.end(), first, first + block_size);
    targets.insert(targets.end(), first + 1, first + block_size + 1);
  }
  const Shape shape{static_cast<int64_t>(starts.size()), block_size};
  return {Ids(inputs, shape), Ids(targets, shape)};
}

int64_t last_start(const std::vector<int32_t>& tokens, int64_t block_size) {
  const int64_t last = static_cast<int64_t>(tokens.size()) - block_size - 1;
  require(last >= 0, "batches: ", tokens.size(), " tokens are too few for windows of ", block_size,
          " and the token after");
  return last;
}

}  // namespace

uint64_t TokenData::fingerprint() const {
  uint64_t hash = 14695981039346656037u;
  for (const auto* part : {&training, &validation}) {
    for (const int32_t token : *part) hash = (hash ^ static_cast<uint32_t>(token)) * 1099511628211u;
    hash = (hash ^ 0xffffffffu) * 1099511628211u;
  }
  return hash;
}

SplitText split_text(std::string_view text) {
  SplitText split;
  const std::vector<std::string_view> parts = passages(text);
  if (parts.size() >= 2 * kept_back) {
    for (size_t i = 0; i < parts.size(); ++i)
      (i % kept_back == kept_back - 1 ? split.validation : split.training) += parts[i];
  } else {
    const size_t cut = text.size() - text.size() / kept_back;
    split.training = text.substr(0, cut);
    split.validation = text.substr(cut);
  }
  return split;
}

Batch random_batch(const std::vector<int32_t>& tokens, int64_t batch, int64_t block_size, const RandomStream& stream) {
  const uint32_t places = static_cast<uint32_t>(std::min<int64_t>(last_start(tokens, block_size) + 1, UINT32_MAX));
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < batch; ++i) starts.push_back(random_below(stream, static_cast<uint64_t>(i), places));
  return windows(tokens, starts, block_size);
}

Batch windows_in_order(const std::vector<int32_t>& tokens, int64_t first, int64_t end, int64_t block_size) {
  std::vector<int64_t> starts;
  const int64_t count = std::min(end, count_windows(tokens, block_size));
  for (int64_t i = first; i < count; ++i) starts.push_back(i * block_size);
  return windows(tokens, starts, block_size);
}

int64_t count_windows(const std::vector<int32_t>& tokens, int64_t block_size) {
  return last_start(tokens, block_size) / block_size + 1;
}

}  // namespace dikkat
