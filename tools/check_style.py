#!/usr/bin/env python3
"""The countable part of how this code should read: lengths, headers, left-overs, formatting.

Exceptions stand in tools/style_exceptions.txt, one `rule path count` a line; they may only shrink:
a count that is larger than what the file has today is a failure too. With --no-format the
formatting is not looked at.
"""

import ast
import re
import subprocess
import sys

import sources

FILE_LINES = 500
HEADER_LINES_ADVISED = 150
FUNCTION_LINES = 70
COLUMNS = 100
TEXT = {".h", ".cpp", ".py", ".mjs", ".js", ".sh", ".cmake", ".css", ".html"}
SCRIPTS_WITHOUT_SUFFIX = ("tools/build", "tools/run", "tools/test", ".ci/run")
EXCEPTIONS = sources.ROOT / "tools/style_exceptions.txt"


class Finding:
    """One departure from a rule; `count` is what an exception must name."""

    def __init__(self, rule, name, line, message, count=1):
        self.rule, self.name, self.line = rule, name, line
        self.message, self.count = message, count

    def __str__(self):
        return f"{self.name}:{self.line}: {self.message}"


def check_lengths(name, text):
    lines = text.split("\n")
    count = len(lines) - (lines[-1] == "")
    if count > FILE_LINES:
        yield Finding("file-lines", name, count, f"{count} lines, at most {FILE_LINES}", count)
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and "http" not in line:
            yield Finding("columns", name, number, f"{len(line)} columns, at most {COLUMNS}")
        if re.search(r"[ \t]+$", line):
            yield Finding("trailing-space", name, number, "space at the end of the line")


def check_words(name, text):
    for match in re.finditer(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b", text):
        line = sources.line_of(text, match.start())
        yield Finding("left-over", name, line, f"{match.group()} left in the text")


def check_cpp(name, text):
    code = sources.code_only(text)
    for match in re.finditer(r"\busing\s+namespace\s+([\w:]+)", code):
        if name.endswith(".cpp") and match.group(1).endswith("literals"):
            continue  # Imports nothing but suffixes: 5min, "..."sv.
        line = sources.line_of(code, match.start())
        yield Finding("using-namespace", name, line, f"using namespace {match.group(1)}")
    for kind, header, start, end in sources.scopes(code):
        lines = code.count("\n", start, end) + 1
        if kind == "function" and lines > FUNCTION_LINES:
            title = " ".join(header.split())[:60]
            yield Finding("function-lines", name, sources.line_of(code, start),
                          f"{lines} lines, at most {FUNCTION_LINES}: {title}", lines)
    if name.endswith(".h"):
        yield from check_header(name, text, code)


def check_header(name, text, code):
    if not text.startswith("// "):
        yield Finding("header-comment", name, 1, "a header opens with what it is, as a comment")
    if not re.match(r"\s*#pragma once\b", code):
        yield Finding("pragma-once", name, 1, "no #pragma once after the opening comment")


def check_python(name, text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield Finding("function-lines", name, node.lineno,
                              f"{lines} lines, at most {FUNCTION_LINES}: {node.name}", lines)


def check_text(name, text):
    yield from check_lengths(name, text)
    yield from check_words(name, text)
    if name.endswith((".h", ".cpp")):
        yield from check_cpp(name, text)
    if name.endswith(".py"):
        yield from check_python(name, text)


def check_format(paths):
    """What clang-format would change."""
    command = ["clang-format-19", "--dry-run", "--Werror", *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    for match in re.finditer(r"^(.+?):(\d+):\d+: error: (.*)$", result.stderr, re.MULTILINE):
        path = sources.pathlib.Path(match.group(1)).resolve()
        yield Finding("format", sources.relative(path), int(match.group(2)), match.group(3))
    if result.returncode != 0 and not result.stderr.strip():
        yield Finding("format", "clang-format-19", 0, f"failed with {result.returncode}")


def read_exceptions(text):
    """{(rule, path): count} of lines `rule path count`; # starts a comment."""
    exceptions = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words:
            rule, path, count = words
            exceptions[rule, path] = int(count)
    return exceptions


def apply_exceptions(findings, exceptions):
    """The findings that no exception covers, and the exceptions that may shrink. Rules about
    length compare the largest length, the others the number of findings."""
    groups = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.name), []).append(finding)
    left = []
    for key, group in groups.items():
        allowed = exceptions.pop(key, 0)
        by_length = key[0].endswith("-lines")
        actual = max(f.count for f in group) if by_length else len(group)
        if actual > allowed:
            left += [str(finding) for finding in group]
        elif actual < allowed:
            left.append(f"{key[1]}: the exception {key[0]} may shrink from {allowed} to {actual}")
    left += [f"{path}: the exception {rule} is no longer needed" for rule, path in exceptions]
    return left


def check_tree(with_format):
    paths = sources.files(TEXT) + [sources.ROOT / name for name in SCRIPTS_WITHOUT_SUFFIX
                                   if (sources.ROOT / name).exists()]
    findings = []
    for path in paths:
        name, text = sources.relative(path), path.read_text()
        findings += check_text(name, text)
        lines = text.count("\n")
        if name.endswith(".h") and lines > HEADER_LINES_ADVISED:
            print(f"note: {name} has {lines} lines; headers read best under {HEADER_LINES_ADVISED}")
    if with_format:
        findings += check_format(path for path in paths if path.suffix in sources.CPP)
    exceptions = read_exceptions(EXCEPTIONS.read_text()) if EXCEPTIONS.exists() else {}
    return apply_exceptions(findings, exceptions)


def self_test():
    def rules(name, text):
        return {finding.rule for finding in check_text(name, text)}

    body = "  call();\n" * 80
    for name, text, rule in [
        ("a.cpp", "int x;\n" * 501, "file-lines"),
        ("a.cpp", "void f() {\n" + body + "}\n", "function-lines"),
        ("a.cpp", "struct S {\n  int f(int a) const {\n" + body + "  }\n};\n", "function-lines"),
        ("a.cpp", 'TEST_CASE("x") {\n' + body + "}\n", "function-lines"),
        ("a.py", "def f():\n" + "    call()\n" * 80, "function-lines"),
        ("a.cpp", "x" * 101, "columns"),
        ("a.cpp", "int x; \n", "trailing-space"),
        ("a.cpp", "using namespace std;\n", "using-namespace"),
        ("a.h", "// A.\n#pragma once\nusing namespace std::literals;\n", "using-namespace"),
        ("a.cpp", "// TO" "DO: later\n", "left-over"),
        ("a.h", "// What it is.\nint x;\n", "pragma-once"),
        ("a.h", "#pragma once\n", "header-comment"),
    ]:
        assert rule in rules(name, text), (rule, text[:40])
    good = '// What.\n#pragma once\nnamespace a {\nstruct S {\n  int f() { return 1; }\n};\n' \
           '// Says using namespace std.\nint g();\n}\n'
    assert not rules("a.h", good), rules("a.h", good)
    assert not rules("a.cpp", "namespace a {\n" + "int f() { return 1; }\n" * 99 + "}\n")
    long_file = [Finding("file-lines", "a.cpp", 1, "", 600)]
    assert not apply_exceptions(long_file, {("file-lines", "a.cpp"): 600})
    assert apply_exceptions(long_file, {("file-lines", "a.cpp"): 599})
    assert apply_exceptions(long_file, {("file-lines", "a.cpp"): 601})
    assert apply_exceptions([], {("file-lines", "a.cpp"): 600})


def main():
    self_test()
    findings = check_tree(with_format="--no-format" not in sys.argv[1:])
    print("\n".join(findings) if findings else "style: nothing to remark")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
