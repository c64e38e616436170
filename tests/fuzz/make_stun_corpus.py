#!/usr/bin/env python3
"""Writes the messages of tests/vectors as the seed corpus of stun_message_fuzz, one file each."""
import pathlib
import re

tests = pathlib.Path(__file__).resolve().parent.parent
corpus = tests / "fuzz" / "corpus" / "stun_message_fuzz"

GOLDEN = re.compile(r'\{"(\w+)",((?:\s*"[0-9a-f ]+")+)\}')
SAMPLE = re.compile(r'string_view (\w+) =((?:\s*"[0-9a-f ]+")+);')


def messages():
    for prefix, pattern in (("golden_messages", GOLDEN), ("rfc5769", SAMPLE), ("rfc8489", SAMPLE)):
        text = (tests / "vectors" / f"{prefix}.h").read_text()
        for name, strings in pattern.findall(text):
            digits = "".join(re.findall(r'"([0-9a-f ]+)"', strings))
            yield f"{prefix.removesuffix('_messages')}_{name}", bytes.fromhex(digits)


corpus.mkdir(parents=True, exist_ok=True)
for name, message in messages():
    (corpus / name).write_bytes(message)
