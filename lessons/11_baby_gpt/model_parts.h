// The model of lesson 11 in numbers: its parts, and the guess of its first loss.
#pragma once

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"
#include "nn/train/trainer.h"

namespace dikkat {

// Fills the placeholders of the text and the results with the model's sizes.
void describe_model(Lesson& lesson, GPT& model, const BabyGPTSetting& setting);

// A table of the model's parts and their parameters.
void show_parts(Lesson& lesson, GPT& model);

// The parameter audit: what other vocabularies would make of a model of these sizes, and the claim of "about 10 M".
void audit_parameters(Lesson& lesson, const GPTConfig& config, const Corpus& corpus);

// Measures the first loss on the first batch, and asks for it.
void predict_first_loss(Lesson& lesson, GPT& model, const Trainer& trainer);

}  // namespace dikkat
