#!/usr/bin/env python3
"""Proves the arrows between the folders, and that the protocol layers hold no IO.

    stun <- auth <- relay      turn includes of auth only auth/authenticator.h
    stun <- turn <- relay      auth knows nothing of turn; nothing includes relay
    relay/signaling never includes turn

stun/, turn/ and auth/ (auth/stores apart) hold no socket, thread, mutex, clock, random device,
environment variable, logger or global variable: time and randomness are arguments there.
"""

import re
import sys

import sources

FOLDERS = ("stun", "auth", "turn", "relay")
PURE = ("stun/", "turn/", "auth/")
IMPURE_CORNERS = ("auth/stores/",)

# What a file may include of the project, by the longest matching prefix of its own path.
MAY_INCLUDE = {
    "stun/": ("stun/",),
    "auth/": ("stun/", "auth/"),
    "turn/": ("stun/", "turn/", "auth/authenticator.h"),
    "relay/": ("stun/", "auth/", "turn/", "relay/"),
    "relay/signaling/": ("stun/", "auth/", "relay/"),
}

PURE_HEADERS = re.compile(
    r"(algorithm|any|array|bit|bitset|cassert|cctype|charconv|chrono|climits|compare|concepts"
    r"|cstddef|cstdint|cstdlib|cstring|deque|expected|functional|initializer_list|iterator"
    r"|limits|list|map|memory|numeric|optional|queue|ranges|set|span|string|string_view|tuple"
    r"|type_traits|unordered_map|unordered_set|utility|variant|vector|version"
    r"|fmt/\w+\.h|openssl/(?!rand|ssl|bio)\w+\.h)$"
)
HEADER_EXCEPTIONS = {
    "stun/address.cpp": {"arpa/inet.h", "sys/socket.h", "netinet/in.h"},  # inet_pton, inet_ntop
    "turn/port_pool.h": {"atomic"},  # The ports are the one thing that workers share.
    "turn/port_pool.cpp": {"atomic"},
}
IMPURE_WORDS = re.compile(
    r"\bnow\s*\(\s*\)|\bclock_gettime\b|\bgettimeofday\b"
    r"|(?<![\w.>])time\s*\(\s*(?:nullptr|NULL|0|&)"
    r"|\brandom_device\b|\bmt19937(?:_64)?\b|(?<![\w.>])s?rand\s*\(|\bRAND_\w*bytes\b"
    r"|\bgetenv\b|\bthread_local\b"
    r"|\bstd::(?:jthread|thread|mutex|shared_mutex|condition_variable|this_thread)\b"
    r"|\bstd::(?:cout|cerr|clog|cin)\b|\bf?printf\s*\(|\bspdlog\b|\basio\b"
    r"|(?<![\w.>:])(?:socket|sendto|recvfrom|sendmsg|recvmsg|fopen|open|fork)\s*\("
)
NOT_A_VARIABLE = re.compile(
    r"^\s*(?:using|typedef|friend|template|static_assert|class|struct|union|enum|namespace|extern"
    r"|return|public|private|protected|goto|\})\b|^\s*$|\boperator\b"
)


def is_pure(name):
    return name.startswith(PURE) and not name.startswith(IMPURE_CORNERS)


def check_includes(name, text):
    prefix = max((p for p in MAY_INCLUDE if name.startswith(p)), key=len, default=None)
    if prefix is None:
        return
    for match in re.finditer(r'^[ \t]*#\s*include\s*([<"])([^>"]+)[>"]', text, re.MULTILINE):
        bracket, header = match.groups()
        line = sources.line_of(text, match.start())
        if header.split("/")[0] in FOLDERS + ("tests",) or bracket == '"':
            if not header.startswith(MAY_INCLUDE[prefix]):
                yield f"{name}:{line}: {prefix} must not include {header}"
            elif name.startswith("auth/") and not name.startswith("auth/stores/") \
                    and header.startswith("auth/stores/"):
                yield f"{name}:{line}: auth/ knows its stores by interface only, not {header}"
        elif is_pure(name) and not PURE_HEADERS.match(header) \
                and header not in HEADER_EXCEPTIONS.get(name, ()):
            yield f"{name}:{line}: <{header}> has no place in a layer without IO"


def check_words(name, code):
    for match in IMPURE_WORDS.finditer(code):
        yield (f"{name}:{sources.line_of(code, match.start())}: "
               f"`{match.group().strip()}` has no place in a layer without IO")


def is_mutable_variable(statement, in_class):
    statement = " ".join(re.sub(r"^\s*#.*$", "", statement, flags=re.MULTILINE).split())
    statement = re.sub(r"^(?:public|private|protected)\s*:\s*", "", statement)
    if in_class and not statement.startswith("static"):
        return False
    head = re.split(r"=|\{", statement)[0]
    if NOT_A_VARIABLE.search(statement) or re.search(r"\b(const|constexpr)\b", head):
        return False
    return "(" not in re.sub(r"\balignas\s*\([^)]*\)|<[^<>]*>", "", head) and " " in head.strip()


def check_globals(name, code):
    """Variables of namespaces, static members and static locals must be constant."""
    spans = list(sources.scopes(code))
    bodies = [(start + len(header), end) for kind, header, start, end in spans
              if kind in ("function", "block", "initializer")]
    classes = [(start + len(header), end) for kind, header, start, end in spans if kind == "class"]
    position = 0
    for match in re.finditer(r"[;{}]", code):
        statement, start = code[position:match.start()], position
        position = match.end()
        in_body = any(a <= start < b for a, b in bodies)
        in_class = any(a <= start < b for a, b in classes)
        if match.group() == "}" or (match.group() == "{" and "(" in statement):
            continue
        if in_body and not statement.lstrip().startswith("static "):
            continue
        if is_mutable_variable(statement, in_class and not in_body):
            at = match.start() - len(statement) + (len(statement) - len(statement.lstrip()))
            yield (f"{name}:{sources.line_of(code, at)}: "
                   f"a global variable that can change: `{' '.join(statement.split())}`")


def check_text(name, text):
    yield from check_includes(name, text)
    if is_pure(name):
        code = sources.code_only(text)
        yield from check_words(name, code)
        yield from check_globals(name, code)


def check_tree():
    for path in sources.files(sources.CPP):
        yield from check_text(sources.relative(path), path.read_text())


MUST_FAIL = {
    "stun/a.h": '#include "turn/server.h"\n',
    "stun/b.h": "#include <thread>\n",
    "auth/a.h": '#include "turn/types.h"\n',
    "auth/b.h": '#include "auth/stores/sqlite.h"\n',
    "auth/c.cpp": "auto t = std::chrono::steady_clock::now();",
    "auth/d.cpp": "void f() { const char* home = getenv(\"HOME\"); }",
    "turn/a.h": '#include "auth/long_term.h"\n',
    "turn/b.h": '#include "relay/plan.h"\n',
    "turn/c.h": "#include <asio.hpp>\n",
    "turn/d.cpp": "namespace turn {\nint count = 0;\n}",
    "turn/e.cpp": "namespace turn {\nstd::vector<int> table{};\n}",
    "turn/f.cpp": "int next() {\n  static int value = 0;\n  return ++value;\n}",
    "turn/g.h": "struct S {\n  static inline int shared = 0;\n};",
    "turn/h.cpp": "long f() { return time(nullptr); }",
    "turn/i.cpp": "#include <arpa/inet.h>\n",
    "relay/signaling/a.cpp": '#include "turn/server.h"\n',
    "relay/b.cpp": '#include "tests/support/bench.h"\n',
}
MUST_PASS = {
    "stun/address.cpp": "#include <arpa/inet.h>\n",
    "turn/a.cpp": '#include "auth/authenticator.h"\n#include "turn/limits.h"\n// calls now()\n',
    "turn/b.cpp": 'constexpr int x = 1;\nconst char* const name = "rand()";\nint f(int now);\n'
                  "static constexpr int y{2};\nusing Time = int;\n"
                  "constexpr auto t = [] {\n  int z = 0;\n  return z;\n}();\n",
    "turn/c.h": "struct S {\n  int x = 0;\n  static S make(int a = 1);\n  bool time(int);\n};",
    "auth/stores/a.cpp": "#include <mutex>\n#include \"auth/authenticator.h\"\n",
    "relay/a.cpp": '#include "turn/server.h"\n#include <thread>\nint counter = 0;\n',
    "tests/a.cpp": '#include "relay/plan.h"\n',
}


def self_test():
    for name, text in MUST_FAIL.items():
        assert list(check_text(name, text)), f"not refused: {name}: {text}"
    for name, text in MUST_PASS.items():
        assert not list(check_text(name, text)), list(check_text(name, text))


def main():
    self_test()
    findings = list(check_tree())
    print("\n".join(findings) if findings else "layers: every include and every layer is as drawn")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
