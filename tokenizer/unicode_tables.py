#!/usr/bin/env python3
"""Writes tokenizer/unicode_tables_*.cpp from the Unicode Character Database.

    python3 tokenizer/unicode_tables.py FOLDER

FOLDER holds UnicodeData.txt, PropList.txt, DerivedCoreProperties.txt, CompositionExclusions.txt and SpecialCasing.txt
of version 16.0.0 (https://www.unicode.org/Public/16.0.0/ucd/). The build never runs this: the tables are committed. The
same files give the same tables to the last byte. What the tables mean is said in unicode_tables.h.
"""
import sys
from pathlib import Path

VERSION = "16.0.0"
END = 0x110000
PAGE = 64     # code points
CHAPTER = 32  # pages; unicode.h counts on both
WIDTH = 120

# The groups of enum GeneralCategory in unicode.h, in its order.
CATEGORIES = ["other", "white_space", "number", "punctuation", "symbol", "mark",
              "upper", "lower", "title", "modifier", "letter"]
GROUP_OF = {"Lu": "upper", "Ll": "lower", "Lt": "title", "Lm": "modifier", "Lo": "letter",
            "M": "mark", "N": "number", "P": "punctuation", "S": "symbol"}


# ---- reading -------------------------------------------------------------------------------------------------------

def lines(folder, name):
    """The fields of each line without comments; the file must say that it is of our version."""
    text = (folder / name).read_text(encoding="utf-8")
    if name != "UnicodeData.txt" and VERSION not in text.partition("\n")[0]:
        sys.exit(f"{name} is not of version {VERSION}: its first line is {text.partition(chr(10))[0]!r}")
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            yield [field.strip() for field in line.split(";")]


def points(field):
    """"0041..0043" or "0041" as a range of code points."""
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def sequence(field):
    return [int(point, 16) for point in field.split()]


def property_points(folder, name, wanted):
    return {point for field in lines(folder, name) if field[1] == wanted for point in points(field[0])}


def unicode_data(folder):
    """code point -> fields of UnicodeData.txt; the ranges "<..., First>" to "<..., Last>" are filled."""
    data, first = {}, None
    for field in lines(folder, "UnicodeData.txt"):
        point = int(field[0], 16)
        if field[1].endswith(", First>"):
            first = point
            continue
        for each in range(point if first is None else first, point + 1):
            data[each] = field
        first = None
    if 0x1C89 not in data or 0xA7D2 in data:  # this file names no version; these two came with 16.0 and 17.0
        sys.exit(f"UnicodeData.txt is not of version {VERSION}")
    return data


# ---- shortening ----------------------------------------------------------------------------------------------------

def ranges(numbers):
    """Sorted (first, last) of neighbouring numbers."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def index_of(item, items):
    """Where item stands in items; it is added if it does not."""
    if item not in items:
        items.append(item)
    return items.index(item)


def case_runs(simple):
    """{code point: its partner} as [first, last, step, distance]: first, first + step, ... last move by distance."""
    runs = []
    for point in sorted(simple):
        distance = simple[point] - point
        if runs and runs[-1][3] == distance:
            first, last, step, _ = runs[-1]
            gap = point - last
            if gap == step or (first == last and gap <= 2):
                runs[-1][1:3] = [point, gap]
                continue
        runs.append([point, point, 1, distance])
    return runs


# ---- writing -------------------------------------------------------------------------------------------------------

def array(declaration, items):
    """A C++ array, as many items to a line as fit."""
    text, line = f"{declaration}[{len(items)}] = {{\n", "  "
    for number, item in enumerate(items):
        item = f"{item}" + ("," if number + 1 < len(items) else "")
        if len(line) + len(item) > WIDTH:
            text, line = text + line + "\n", "  "
        line += item
    return text + line + "\n};\n"


def write(name, what, parts, counts=()):
    head = (f"// {what}: Unicode {VERSION}. Written by unicode_tables.py; not to be edited.\n"
            "// Data: (c) 1991-2024 Unicode, Inc., Unicode License v3, https://www.unicode.org/license.txt\n"
            "// clang-format off\n#include \"tokenizer/unicode_tables.h\"\n\nnamespace dikkat::unicode_tables {\n\n")
    counts = "".join(f"const size_t {name} = {count};\n" for name, count in counts)
    body = "\n".join([*parts, counts] if counts else parts)
    (Path(__file__).parent / name).write_text(head + body + "\n}  // namespace dikkat::unicode_tables\n")


def packed_sequence(sequence):
    """Up to three code points of 21 bits, the first one lowest; 0 where there is none."""
    return hex(sum(point << 21 * place for place, point in enumerate(sequence)))


def write_categories(folder, data):
    group = [0] * END
    for point, field in data.items():
        name = GROUP_OF.get(field[2]) or GROUP_OF.get(field[2][0]) or "other"
        group[point] = CATEGORIES.index(name)
    for point in property_points(folder, "PropList.txt", "White_Space"):
        group[point] = CATEGORIES.index("white_space")
    pages, page_of = [], []
    for start in range(0, END, PAGE):
        page_of.append(index_of(group[start:start + PAGE], pages))
    chapters, chapter_of = [], []
    for start in range(0, len(page_of), CHAPTER):
        chapter_of.append(index_of(page_of[start:start + CHAPTER], chapters))
    words = [hex(sum(value << 4 * place for place, value in enumerate(page[start:start + 16])))
             for page in pages for start in range(0, PAGE, 16)]
    write("unicode_tables_category.cpp", "Categories",
          [array("const uint8_t category_chapters", chapter_of),
           array("const uint16_t category_pages", [page for chapter in chapters for page in chapter]),
           array("const uint64_t category_words", words)])


def write_cases(folder, data):
    lower = {point: int(field[13], 16) for point, field in data.items() if field[13]}
    upper = {point: int(field[12], 16) for point, field in data.items() if field[12]}
    full_upper, full_lower = {}, {}
    for field in lines(folder, "SpecialCasing.txt"):
        if len(field) > 5 and field[4]:  # a condition: final sigma and the languages stand in unicode_case.cpp
            continue
        point = int(field[0], 16)
        for full, simple, mapped in ((full_lower, lower, sequence(field[1])), (full_upper, upper, sequence(field[3]))):
            if mapped != [simple.get(point, point)]:
                full[point] = mapped
                simple.pop(point, None)
    assert full_lower == {0x130: [0x69, 0x307]}, "unicode_case.cpp knows only one letter with a long lower case"
    lower.pop(0x130, None)
    runs = lambda simple: ["{%s,%s,%d,%d}" % (hex(first), hex(last), step, distance)
                           for first, last, step, distance in case_runs(simple)]
    pairs = lambda found: ["{%s,%s}" % (hex(first), hex(last)) for first, last in found]
    cased = ranges(property_points(folder, "DerivedCoreProperties.txt", "Cased"))
    ignorable = ranges(property_points(folder, "DerivedCoreProperties.txt", "Case_Ignorable"))
    parts = [array("const CaseRun lower_runs", runs(lower)), array("const CaseRun upper_runs", runs(upper)),
             array("const LongCase long_upper", ["{%s,%s}" % (hex(point), packed_sequence(full_upper[point]))
                                                 for point in sorted(full_upper)]),
             array("const Range cased", pairs(cased)), array("const Range case_ignorable", pairs(ignorable))]
    write("unicode_tables_case.cpp", "Upper and lower case", parts,
          [("lower_run_count", len(case_runs(lower))), ("upper_run_count", len(case_runs(upper))),
           ("long_upper_count", len(full_upper)), ("cased_count", len(cased)),
           ("case_ignorable_count", len(ignorable))])


def write_normalization(folder, data):
    combining = {point: int(field[3]) for point, field in data.items() if field[3] != "0"}
    runs = []
    for point, value in sorted(combining.items()):
        if runs and runs[-1][1] == point - 1 and runs[-1][2] == value:
            runs[-1][1] = point
        else:
            runs.append([point, point, value])
    excluded = {int(field[0], 16) for field in lines(folder, "CompositionExclusions.txt")}
    decompositions = []
    for point, field in sorted(data.items()):
        if not field[5] or field[5].startswith("<"):
            continue
        parts = sequence(field[5])
        assert len(parts) in (1, 2)
        composes = len(parts) == 2 and point not in excluded and not {point, parts[0]} & combining.keys()
        decompositions.append(hex(composes << 63 | point << 42 | parts[0] << 21 | (parts[1] if len(parts) > 1 else 0)))
    write("unicode_tables_normalization.cpp", "Canonical composition and decomposition",
          [array("const CombiningRun combining_runs", ["{%s,%s,%d}" % (hex(a), hex(b), value) for a, b, value in runs]),
           array("const uint64_t decompositions", decompositions)],
          [("combining_run_count", len(runs)), ("decomposition_count", len(decompositions))])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    data = unicode_data(folder)
    write_categories(folder, data)
    write_cases(folder, data)
    write_normalization(folder, data)


main()
