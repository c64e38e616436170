#!/usr/bin/env python3
"""Citations of RFCs name sections that exist, and RFCs that are in force.

Read are the comments of C++ and the tags of tests (`[rfc8656-12.2]`). The form is number, section,
paragraph: `RFC 8656 12.2-4`. In a file whose first line names one RFC, a bare `12.2-4` is a
citation of that RFC too. Obsolete RFCs need the word "obsolete" in the same or the previous line.
"""

import re
import sys

import sources


def sections(text):
    """{"1", "1.1", ...} of a list such as "1-3 4.1-4 5": ranges of the last number. The parents of
    a section exist too."""
    found = set()
    for item in text.split():
        first, _, last = item.partition("-")
        parent, dot, number = first.rpartition(".")
        for value in range(int(number), int(last or number) + 1):
            found.add(f"{parent}{dot}{value}")
        while parent:
            found.add(parent)
            parent = parent.rpartition(".")[0]
    return found


SECTIONS = {
    "8489": sections("1-20 6.1-3 6.2.1-3 6.3.1-4 6.3.1.1-2 8.1 9.1-2 9.1.1-5 9.2.1-5 9.2.3.1-2"
                     " 14.1-16 16.1-3 16.1.1-3 16.2.1-4 18.1-6 18.3.1-2 18.5.1 18.5.1.1-2 20.1-2"),
    "8656": sections("1-26 3.1-9 4.1 7.1-4 8.1-3 10.1-3 11.1-6 12.1-7 13.1-3 18.1-13 21.1-5"
                     " 21.1.1-8 21.2.1-3 21.3.1-3 26.1-2"),
    "6062": sections("1-9 4.1-6 5.1-5 6.1-3 6.2.1 9.1-2"),
    "5780": sections("1-12 2.1-4 3.1-5 4.1-6 5.1-2 6.1 7.1-6 9.1-3 12.1-2"),
    "8016": sections("1-9 3.1-4 3.1.1-2 3.2.1-3 9.1-2"),
    "7635": sections("1-12 4.1-2 4.1.1-3 6.1-2 12.1-2"),
    "7983": sections("1-10 10.1-2"),
    "5769": sections("1-6 2.1-4 5.1-2"),
    "8445": sections("1-22 2.1-7 5.1-4 6.1-3 7.1-4 8.1-3 9 11 12.1-2 14.1-3 15.1-2 17.1-2 19.1-6"
                     " 22.1-2"),
}
# RFC 8445 goes down to five numbers; only its first two are known here.
DEEPEST_KNOWN = {"8445": 2}
OBSOLETE = {"3489", "5389", "5766", "6156"}

CITATION = re.compile(r"RFC[ \n/*]{1,8}(\d{3,5})(?:(?:,? section)?[ \n/*]{1,8}"
                      r"(\d+(?:\.\d+)*)(?:-\d+(?:\.\d+)*)?"
                      r"(?![\w%])(?!\.\d)(?! ?(?:s|ms|min|kB)\b))?")
BARE = re.compile(r"(?<![\w.:/-])(\d+(?:\.\d+)+)-\d+(?:\.\d+)*(?![\w.]*\w)")
TAG = re.compile(r"\[rfc(\d+)(?:-(\d+(?:\.\d+)*))?\]")


def exists(rfc, section):
    depth = DEEPEST_KNOWN.get(rfc)
    if depth:
        section = ".".join(section.split(".")[:depth])
    return rfc not in SECTIONS or section in SECTIONS[rfc]


def check_citation(name, text, match):
    rfc, section = match.group(1), match.group(2)
    line = sources.line_of(text, match.start())
    if rfc in OBSOLETE:
        lines = text.split("\n")
        near = " ".join(lines[max(0, line - 2):line + 1])
        if "obsolete" not in near.lower():
            yield f"{name}:{line}: RFC {rfc} is obsolete; cite its successor or say so"
    elif section and not exists(rfc, section):
        yield f"{name}:{line}: RFC {rfc} has no section {section}"


def check_text(name, text):
    comments = sources.comments_only(text)
    for match in CITATION.finditer(comments):
        yield from check_citation(name, comments, match)
    for match in TAG.finditer(text):
        yield from check_citation(name, text, match)
    first_line = comments.split("\n", 1)[0]
    named = set(re.findall(r"RFC (\d+)", first_line))
    if len(named) == 1 and (rfc := named.pop()) in SECTIONS:
        for match in BARE.finditer(comments):
            if not exists(rfc, match.group(1)):
                line = sources.line_of(comments, match.start())
                yield f"{name}:{line}: RFC {rfc} has no section {match.group(1)}"


def check_tree():
    for path in sources.files(sources.CPP):
        yield from check_text(sources.relative(path), path.read_text())


def self_test():
    for text in [
        "// RFC 8656 12.9-1\n",
        "// As RFC 8489 9.2.6 says.\n",
        "// See RFC\n// 8489 14.17.\n",
        "// RFC 5766 2.\n",
        "// From RFC 3489 on.\n",
        "// channel_bind.cpp (RFC 8656 12.2)\nint x;  // 12.8-3.1\n",
        'TEST_CASE("x", "[turn][rfc8656-27]") {}\n',
        'TEST_CASE("x", "[rfc5389-7.3]") {}\n',
    ]:
        assert list(check_text("a.cpp", text)), f"not refused: {text}"
    for text in [
        "// RFC 8656 12.2-4 and RFC 8489 6.3.1.1, RFC 8445 7.3.1.4\n",
        "// RFC 8656 12. A sentence.\n",
        "// RFC 8656 9: 300 s; 12-13: 600 s.\n",
        "// The obsolete RFC 5766 allowed more.\n",
        'auto text = "RFC 5766 99";\n',
        'TEST_CASE("x", "[turn][rfc8656-12.2]") {}\n',
        "// x (RFC 8656 12.2)\nint x;  // 12.2-3.3, 12.2-8\n",
        "// --rfc5766-channel-numbers widens it.\n",
    ]:
        assert not list(check_text("a.cpp", text)), list(check_text("a.cpp", text))


def main():
    self_test()
    findings = list(check_tree())
    print("\n".join(findings) if findings else "rfc references: every section cited exists")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
