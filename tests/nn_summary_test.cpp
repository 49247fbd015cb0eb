// The summary table of a model.
#include <gtest/gtest.h>

#include <sstream>

#include "core/ops.h"
#include "nn/models/gpt.h"
#include "nn/models/llama.h"
#include "nn/summary.h"

namespace dikkat::test {
namespace {

Ids some_tokens() {
  return Ids({1, 2, 3, 4, 5, 6}, {2, 3});
}

TEST(Summary, CountsParametersAndWork) {
  GPT model({.vocab_size = 11, .block_size = 4, .n_layer = 3, .n_head = 2, .n_embd = 8});
  const Summary summary = summarize(model, [&] { model.forward(some_tokens()); });
  EXPECT_EQ(summary.parameters, parameter_count(model));
  int64_t listed = 0;
  double work = 0;
  for (const SummaryRow& row : summary.rows) {
    listed += row.parameters;
    work += row.multiply_adds;
  }
  EXPECT_EQ(listed, parameter_count(model)) << "every parameter belongs to one row, also those of a tied head";
  EXPECT_EQ(work, summary.multiply_adds);
  // 6 tokens: each block 4 + 8 square matrices of the width; attention sees half of 3 keys, twice; the head.
  const double blocks = 3 * (6 * 12 * 8 * 8 + 2 * 3 * 3 * 8 * 2 / 2.0), head = 6 * 8 * 11;
  EXPECT_EQ(summary.multiply_adds, blocks + head);
  EXPECT_GT(summary.activation_bytes, 6 * 11 * static_cast<int64_t>(sizeof(Real)));
}

TEST(Summary, NamesLayersAndJoinsEqualBlocks) {
  GPT model({.vocab_size = 11, .block_size = 4, .n_layer = 3, .n_head = 2, .n_embd = 8});
  std::ostringstream out;
  out << summarize(model, [&] { model.forward(some_tokens()); });
  const std::string table = out.str();
  EXPECT_NE(table.find("token_embedding"), table.npos) << table;
  EXPECT_NE(table.find("blocks.0.attention.query"), table.npos) << table;
  EXPECT_NE(table.find("blocks.1 ... blocks.2: as blocks.0"), table.npos) << table;
  EXPECT_EQ(table.find("blocks.1.attention"), table.npos) << table;
  EXPECT_NE(table.find("(2,3,11)"), table.npos) << table;
  EXPECT_EQ(table.find('\t'), table.npos);
}

TEST(Summary, WorksForOtherModels) {
  Llama model({.vocab_size = 11,
               .hidden_size = 8,
               .intermediate_size = 12,
               .num_hidden_layers = 1,
               .num_attention_heads = 2,
               .num_key_value_heads = 1});
  const Summary summary = summarize(model, [&] { model.forward(some_tokens()); });
  EXPECT_EQ(summary.parameters, parameter_count(model));
  std::vector<std::string> layers;
  for (const SummaryRow& row : summary.rows)
    if (!row.layer.empty()) layers.push_back(row.layer);
  EXPECT_EQ(layers.front(), "token_embedding");
  EXPECT_EQ(layers.back(), "lm_head");
}

}  // namespace
}  // namespace dikkat::test
