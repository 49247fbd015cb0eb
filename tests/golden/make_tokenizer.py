#!/usr/bin/env python3
"""Makes tests/golden/gpt2 and the tokenizer files of tests/golden/models/random_llama, in the layout of golden/.

gpt2: the ids that tiktoken gives with our own vocabulary, which lies beside them and comes from
  tests/bench tokenizer --vocab_size 1024 --save tests/golden/gpt2
models/random_llama: a SentencePiece-style vocabulary with byte fallback, learnt here by Hugging Face's trainer from the
course's dialogues, and the ids that its encoder gives. (The model itself knows fewer tokens; it is not asked.)

Never run by the build or the tests. Needs tiktoken and tokenizers.
"""
import hashlib
import json
import pathlib
import random
import struct

import tiktoken
from tokenizers import Tokenizer, decoders, models, normalizers, trainers

HERE = pathlib.Path(__file__).parent
DIALOGUES = [(HERE / f"../../lessons/data/dialogues.{language}.txt").read_text(encoding="utf-8") for language in ("tr", "en")]
GPT2_PATTERN = (r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s""")
END = "<|endoftext|>"
chance = random.Random(5)

TEXTS = [
    "", " ", "  ", "\n", " \n \n\n", "a", "Hello, world!", "Merhaba, dünya!", "I'm, you're, he'll, we've, they'd, it's, don't",
    "I'M YOU'RE 'S 't x'ya z'll", "İstanbul'da ılık bir gün; IŞIK söndü.", "çğıöşü ÇĞİÖŞÜ âîû", "Kedi mama yer. Kedi uyur.",
    "1 12 123 1234 12345 1.000.000,50 TL", "x=1;y=2;/* not */ foo_bar(baz)[0]->qux", "https://ornek.com/?a=b&c=%20#son",
    "tab\tand\ttab", "line\nline\r\nline\rline", "trailing   ", "   leading", "a  b   c    d", "\u00a0no-break\u00a0space",
    "\u3000wide\u3000space\u2003em", "\u200bzero\u200dwidth", "e\u0301 and \u00e9", "日本語のテキスト", "नमस्ते दुनिया", "مرحبا بالعالم",
    "שלום עולם", "Привет, мир!", "γειά σου Κόσμε", "ไทย", "한국어", "😀😀 👍🏽 👨‍👩‍👧 🇹🇷", "½ ² Ⅷ ٣ ൪", "«quoted» “quoted” ‘x’",
    "$5 €6 ₺7 +-*/=<>^~|\\", "\x00\x01\x02\x1f\x7f", "\ufeffBOM", "\ufffd\ufffe\uffff", "\U0010ffff\U000e0001", "#" * 40,
    "-" * 33 + ">", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ĞÜŞ" * 30, "0" * 50, " " * 50 + "x",
]
TEXTS += [dialogue[at:at + 160] for dialogue in DIALOGUES for at in range(500, 20000, 1500)]
for _ in range(20):
    points = [chance.choice([chance.randrange(0x20, 0x250), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000), 0x20])
              for _ in range(chance.randrange(1, 40))]
    TEXTS.append("".join(chr(p) for p in points))


def write_lines(path, values):
    path.write_text("".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values), encoding="utf-8")


def sum_of(ids):
    return hashlib.sha256(struct.pack(f"<{len(ids)}I", *ids)).hexdigest()


def byte_letters():
    printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    others = [b for b in range(256) if b not in printable]
    return {**{chr(b): b for b in printable}, **{chr(256 + i): b for i, b in enumerate(others)}}


def make_gpt2():
    folder = HERE / "gpt2"
    letters = byte_letters()
    ids = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    ranks = {bytes(letters[c] for c in token): i for token, i in ids.items() if token != END}
    encoding = tiktoken.Encoding("own", pat_str=GPT2_PATTERN, mergeable_ranks=ranks, special_tokens={END: ids[END]},
                                 explicit_n_vocab=len(ids))
    encode = encoding.encode_ordinary
    write_lines(folder / "encode.jsonl", [{"id": i, "text": t, "ids": encode(t)} for i, t in enumerate(TEXTS)])

    special = [END, f"a{END}b", END * 2, f" {END} ", END[:-1], END.upper(), f"x{END}\n\n{END}y", f"<|{END}|>", "no sign"]
    def raises(text):
        try:
            encoding.encode(text)
        except ValueError:
            return True
        return False
    write_lines(folder / "special.jsonl", [{"text": t, "ids_allowed": encoding.encode(t, allowed_special="all"),
                                            "ids_ordinary": encode(t), "default_raises": raises(t)} for t in special])
    repeats = []
    for unit, count in [("a", 5000), (" ", 5000), ("\n", 3000), ("ğ", 2000), ("😀", 1000), ("ab ", 2000), ("0", 4096),
                        ("=-", 3000), ("Kedi mama yer. ", 300), ("aA1 ", 1000), ("kitapçılardan", 200)]:
        found = encode(unit * count)
        repeats.append({"unit": unit, "repeat": count, "n_ids": len(found), "ids_sha256_u32le": sum_of(found),
                        "head": found[:8], "tail": found[-8:]})
    write_lines(folder / "long_repeats.jsonl", repeats)
    wrong = [b"\xff", b"\xc3(", b"abc\xff", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\xaf", b"ok \xfe\xff ok",
             bytes(range(256)), b"\xf4\x90\x80\x80", "ğ".encode()[:1] + b" x", bytes(chance.randrange(256) for _ in range(300))]
    write_lines(folder / "bytes.jsonl", [{"bytes_hex": b.hex(), "replaced_text": (t := b.decode("utf-8", "replace")),
                                          "ids_of_replaced_text": encode(t)} for b in wrong])
    some = [[chance.randrange(len(ids)) for _ in range(chance.randrange(1, 40))] for _ in range(30)]
    write_lines(folder / "decode.jsonl", [{"ids": i, "bytes_hex": encoding.decode_bytes(i).hex()} for i in some])
    (folder / "bad_ids.json").write_text(json.dumps({"ids_that_must_be_rejected": [[len(ids)], [-1], [2147483647],
                                                     [0, len(ids), 1]], "vocab_size": len(ids)}, indent=1) + "\n")
    words = sorted(set(" ".join(DIALOGUES).split()))
    text = "".join(chance.choice(words) + chance.choice([" ", " ", " ", " ", "\n", ", ", ". ", "  ", "\n\n", str(chance.randrange(999))])
                   for _ in range(4000)) + "\n"
    (folder / "text_mixed.txt").write_text(text, encoding="utf-8")
    found = encode(text)
    (folder / "text_mixed.json").write_text(json.dumps({
        "file": "text_mixed.txt", "bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "n_ids": len(found), "ids_sha256_u32le": sum_of(found)}, indent=1) + "\n")


def make_sentencepiece():
    folder = HERE / "models/random_llama"
    (folder / "golden").mkdir(parents=True, exist_ok=True)
    (folder / "hf").mkdir(exist_ok=True)
    space = "\u2581"
    spaces = normalizers.Sequence([normalizers.Prepend(space), normalizers.Replace(" ", space)])
    signs = ["<unk>", "<s>", "</s>"]
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    learner = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    learner.normalizer = spaces
    learner.train_from_iterator([line for d in DIALOGUES for line in d.splitlines()],
                                trainers.BpeTrainer(vocab_size=300, special_tokens=signs, show_progress=False,
                                                    max_token_length=8))
    model = json.loads(learner.to_str())["model"]
    # As SentencePiece numbers them: signs, bytes, merged tokens in the order of their merges, single letters. Every way
    # to join two tokens to a third is a merge, ranked by what it makes.
    merged = ["".join(m) for m in model["merges"]]
    # Tokens with a space behind a letter are left out, and what is made of them.
    merged = [t for t in dict.fromkeys(merged) if space not in t.lstrip(space)]
    letters = [t for t in model["vocab"] if len(t) == 1]
    tokens = signs + bytes_ + merged + letters
    known = set(tokens)
    merges = [[t[:i], t[i:]] for t in merged for i in range(1, len(t)) if t[:i] in known and t[i:] in known]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=[tuple(m) for m in merges],
                                     unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = spaces
    tokenizer.decoder = decoders.Sequence([decoders.Replace(space, " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(signs)
    (folder / "hf/tokenizer.json").write_text(tokenizer.to_str(pretty=True) + "\n", encoding="utf-8")
    with open(folder / f"tok{len(tokens)}.bin", "wb") as file:
        file.write(struct.pack("<i", max(len(t.replace(space, " ").encode()) for t in tokens)))
        first = len(signs) + len(bytes_)
        for i, token in enumerate(tokens):
            data = token.replace(space, " ").encode()
            file.write(struct.pack("<fi", float(max(0, i - first)) * -1.0, len(data)) + data)
    texts = [t for t in TEXTS if space not in t and not any(s in t for s in signs)]
    cases = []
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        if tokenizer.decode(ids) == text:
            cases.append({"text": text, "ids": ids, "decoded": text})
    print(len(tokens), "tokens,", len(cases), "of", len(texts), "texts")
    write_lines(folder / "golden/tokenize.jsonl", cases)


make_gpt2()
make_sentencepiece()
