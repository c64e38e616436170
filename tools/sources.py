"""The project's own source files, and C++ text split into code and comments, for the checks."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED_FOLDERS = {"build", ".git", "node_modules", "__pycache__"}
CPP = {".h", ".cpp"}

# In this order: what opens first wins.
_TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)")'
    r'|(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<char>(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+')",
    re.DOTALL,
)


def files(suffixes, root=ROOT):
    """Every file of the project with one of the suffixes, sorted."""
    found = []
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if path.suffix in suffixes and not SKIPPED_FOLDERS & set(parts) and path.is_file():
            found.append(path)
    return sorted(found)


def relative(path, root=ROOT):
    return path.relative_to(root).as_posix()


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_only(text):
    """The text with comments and the contents of literals blanked; lines and columns stay."""

    def replace(match):
        if match.group("comment"):
            return _blank(match.group())
        return match.group()[0] + _blank(match.group()[1:-1]) + match.group()[-1]

    return _TOKEN.sub(replace, text)


def comments_only(text):
    """The text with everything but comments blanked; lines and columns stay."""
    kept, position = [], 0
    for match in _TOKEN.finditer(text):
        if match.group("comment"):
            kept += [_blank(text[position:match.start()]), match.group()]
            position = match.end()
    return "".join(kept) + _blank(text[position:])


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def scopes(code):
    """Yields (kind, header, start, end) of every braced scope in code_only() text, where kind is
    namespace, class, function, initializer or block, and start is the offset of the header."""
    stack, header_start = [], 0
    for match in re.finditer(r"[{};]", code):
        symbol, at = match.group(), match.start()
        if symbol == "{":
            header = code[header_start:at]
            outer = stack[-1][0] if stack else "namespace"
            lead = len(header) - len(header.lstrip())
            stack.append((_kind(header, outer), header.strip(), header_start + lead))
        elif symbol == "}" and stack:
            kind, header, start = stack.pop()
            yield kind, header, start, at
            if kind == "initializer":
                continue  # `int x{1};` is one statement; its header goes on to the semicolon.
        header_start = at + 1


def _kind(header, outer):
    words = re.sub(r"^\s*(#[^\n]*\n|public:|private:|protected:|\s)*", "", header)
    words = re.sub(r"^template\s*<.*?>\s*(?=class|struct|union|enum)", "", words, flags=re.DOTALL)
    if re.match(r"(inline\s+)?namespace\b", words) or words.startswith("extern"):
        return "namespace"
    if outer not in ("namespace", "class"):
        return "block"
    if re.match(r"(typedef\s+)?(class|struct|union|enum)\b", words):
        return "class"
    return "function" if ")" in words and not re.search(r"=\s*$", words) else "initializer"
