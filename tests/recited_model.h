// A language model for tests that writes what it is told to, whatever it reads.
#pragma once

#include <string_view>
#include <vector>

#include "core/ops.h"
#include "nn/models/language_model.h"
#include "tokenizer/tokenizer.h"

namespace dikkat::test {

class RecitedModel : public LanguageModel {
 public:
  RecitedModel(const Tokenizer& tokenizer, int64_t context_length)
      : context_length_(context_length), vocab_size_(tokenizer.vocab_size()) {}

  // What comes next, token by token; then the first again.
  void recite(std::vector<int32_t> script) {
    script_ = std::move(script);
    at_ = 0;
  }

  void visit(Visitor&) override {}
  int64_t context_length() const override { return context_length_; }
  int64_t vocab_size() const override { return vocab_size_; }

  size_t written() const { return at_; }

 protected:
  Tensor hidden(const Ids& ids, const Padding&, const std::source_location&) override {
    return zeros({1, ids.numel(), vocab_size_});
  }
  Tensor scores(In x) override {
    Tensor result = zeros(x.shape());
    result.values()[result.values().size() - static_cast<size_t>(vocab_size_) +
                    static_cast<size_t>(script_.at(at_ % script_.size()))] = 1000;
    ++at_;
    return result;
  }

 private:
  int64_t context_length_, vocab_size_;
  std::vector<int32_t> script_;
  size_t at_ = 0;
};

}  // namespace dikkat::test
