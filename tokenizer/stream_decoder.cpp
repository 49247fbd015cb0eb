#include "tokenizer/stream_decoder.h"

#include <utility>

#include "core/files/utf8.h"

namespace dikkat {

namespace {

// How many bytes at the end of `bytes` are the beginning of a letter that is not complete: 0 to 3.
size_t unfinished(const std::string& bytes) {
  for (size_t count = 1; count <= 3 && count <= bytes.size(); ++count) {
    const auto first = static_cast<unsigned char>(bytes[bytes.size() - count]);
    if ((first & 0xC0) == 0x80) continue;  // the first byte of the letter stands further left
    if (first < 0xC2 || first > 0xF4) return 0;
    const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (count >= length) return 0;
    // It is a beginning if some bytes can complete it; which ones only matters for the second byte.
    for (const char second : {'\x80', '\xBF'}) {
      std::string letter = bytes.substr(bytes.size() - count);
      if (letter.size() == 1) letter += second;
      letter.resize(length, '\x80');
      if (utf8_length(letter) == length) return count;
    }
    return 0;
  }
  return 0;
}

}  // namespace

std::string StreamDecoder::next(int32_t id) {
  held_ += at_beginning_ ? tokenizer_->decode({&id, 1}) : tokenizer_->token(id);
  at_beginning_ = false;
  std::string ready = held_.substr(0, held_.size() - unfinished(held_));
  held_.erase(0, ready.size());
  return ready;
}

std::string StreamDecoder::finish() {
  at_beginning_ = true;
  return std::exchange(held_, {});
}

}  // namespace dikkat
