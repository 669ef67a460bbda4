"""What others wrote is shown so that it can forge no line, no colour and no order of letters, wherever it is shown."""

from __future__ import annotations

import json
import logging
import os
import pty
import sys
from pathlib import Path
from unicodedata import category

import pytest

from feedsrv.logs import LONGEST, JsonLines, TextLines
from feedsrv.printable import printable, printable_json
from feedsrv.problem import Problem
from tests.conftest import release
from tests.running import environment, run

HIDDEN = [
    chr(point)
    for point in range(sys.maxunicode + 1)
    if category(chr(point)) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and chr(point) not in "\u200c\u200d"
]


def test_every_hidden_character_is_shown_and_all_others_stay() -> None:
    assert {"\x1b", "\n", "\x85", "\u202e", "\u2028", "\udc80", "\U000e0041"} <= {*HIDDEN}
    for character in HIDDEN:
        assert printable(f"a{character}b").isprintable()
        assert printable(f"a{character}b") == f"a{ascii(character)[1:-1]}b"
        document = json.dumps(character, ensure_ascii=False)
        assert printable_json(document).isprintable()
        assert json.loads(printable_json(document)) == character
    others = "".join(chr(point) for point in range(0x30000) if chr(point) not in HIDDEN)
    assert printable(others) == printable_json(others) == others


@pytest.mark.parametrize("formatter", [TextLines(), JsonLines()])
def test_a_log_line_is_one_line_of_a_length_whatever_stands_in_it(formatter: logging.Formatter) -> None:
    wrong = ValueError("".join(HIDDEN) + "x" * 200_000 + "the end")
    every = "".join(HIDDEN)
    record = logging.LogRecord(
        "feedsrv", logging.ERROR, "", 0, "%s\nforged %s", (every, "y" * 100_000), (ValueError, wrong, None)
    )
    line = formatter.format(record)
    assert line.isprintable()
    assert len(line) < 15 * LONGEST
    assert "characters left out" in line
    assert "the end" in line
    short = logging.LogRecord("feedsrv", logging.ERROR, "", 0, "it happened", (), None)
    assert "it happened" in formatter.format(short)


def test_a_problem_is_one_line() -> None:
    every = "".join(HIDDEN)
    assert str(Problem(every, 3, every, every)).isprintable()


NAMES: list[str | bytes] = [
    "a\x1b[31mred.md",
    "b\nerror: forged.md",
    "c\u202egnp.md",
    "d\x9b2J.md",
    b"e\xff\xfe.md",
    "f\u2028g.md",
    "h\x7f\r.md",
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files with such names: some public, some with problems, some held."""
    root = tmp_path_factory.mktemp("names")
    releases = root / "releases"
    releases.mkdir()
    for number, name in enumerate(NAMES):
        for prefix, text in (
            (b"", release(f"Title {number} \x1b[31m\u202e", body="words")),
            (b"no", "\x1b[31m\u202e"),
            (b"held", release("Held \u202e", "2099-01-01", embargo="\x1b[32mnever\u202e")),
        ):
            path = os.path.join(os.fsencode(releases), prefix + os.fsencode(name))  # noqa: PTH118 - of bytes
            with open(path, "wb") as file:  # noqa: PTH123 - the same
                file.write(text.encode())
    return releases, root / "index"


COMMANDS = [
    ("index",), ("check",), ("check", "--all"), ("check", "--format", "json"), ("schedule",),
    ("schedule", "--format", "json"), ("schedule", "--format", "ics"), ("search", "words"),
    ("explain", "a\x1b[31mred.md"), ("explain", "b\nerror: forged.md"), ("explain", "nothing\x1b[31m"),
    ("explain", "--format", "json", "c\u202egnp.md"),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_name_of_a_file_forges_what_a_command_says(folders: tuple[Path, Path], command: tuple[str, ...]) -> None:
    done = run(*command, releases=folders[0], index=folders[1])
    assert "Traceback" not in done.stderr
    for line in (done.stdout + done.stderr).replace("\r\n", "\n").split("\n"):
        assert not {*HIDDEN}.intersection(line.replace("\t", "")), line
        assert not line.startswith("error: forged")


def test_nor_on_a_terminal(folders: tuple[Path, Path]) -> None:
    process, terminal = pty.fork()
    if not process:
        arguments = [sys.executable, "-m", "feedsrv", "check", "--all"]
        os.execve(sys.executable, arguments, environment(*folders))
    said = b""
    try:
        while piece := os.read(terminal, 65536):
            said += piece
    except OSError:  # the other side is closed
        pass
    os.waitpid(process, 0)
    os.close(terminal)
    assert b"\\x1b[31mred.md" in said
    assert b"\x1b[31mred" not in said
    assert b"\nerror: forged" not in said
    assert "\u202e" not in said.decode()
