#!/usr/bin/env python3
"""Every header of the project stands alone: each includes what it uses. Where a source file of the
same name includes it first, the build has shown that; the others are compiled here."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import sources

COMPILER = os.environ.get("CXX", "g++")
FLAGS = ["-std=c++23", "-fsyntax-only", '-DTURNBOX_VERSION="0"', "-x", "c++"]
FOLDERS = ("stun", "auth", "turn", "relay", "tests", "tools")


def include_folders(header, root):
    """The root; for tests and tools, whose programs may name a folder of their own, also those."""
    yield root
    if header.startswith(("tests/", "tools/")):
        yield from (root / parent for parent in pathlib.PurePath(header).parents)


def compile_alone(header, root):
    """The compiler's complaint, or nothing. The header is included from an empty file, for as the
    main file its #pragma once would be warned about."""
    folders = [f"-I{folder}" for folder in include_folders(header, root)]
    command = [COMPILER, *FLAGS, *folders, "-"]
    source = f'#include "{header}"\n'
    result = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return result.stderr if result.returncode != 0 else ""


def comes_first_in_its_source(header, root):
    source = (root / header).with_suffix(".cpp")
    if not source.exists():
        return False
    first = next((line for line in source.read_text().splitlines()
                  if line.startswith("#include")), "")
    return first == f'#include "{header}"'


def check(headers, root):
    headers = [header for header in headers if not comes_first_in_its_source(header, root)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [text for text in pool.map(lambda h: compile_alone(h, root), headers) if text]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "good.h").write_text("#pragma once\n#include <string>\nstd::string f();\n")
        (root / "bad.h").write_text("#pragma once\nstd::string f();\n")
        assert not check(["good.h"], root)
        assert check(["bad.h"], root)
        (root / "bad.cpp").write_text('#include <string>\n#include "bad.h"\n')
        assert check(["bad.h"], root)
        (root / "bad.cpp").write_text('#include "bad.h"\n#include <string>\n')
        assert not check(["bad.h"], root)


def main():
    self_test()
    headers = [sources.relative(path) for path in sources.files({".h"})]
    headers = [name for name in headers if name.startswith(FOLDERS)]
    complaints = check(headers, sources.ROOT)
    print("\n".join(complaints) or f"headers: each of {len(headers)} stands alone")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
