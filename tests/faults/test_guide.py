"""The operators' guide, and the README, typed to the letter on a Debian on which nothing is installed.

The machine is a real one as far as the guide can tell: systemd starts the units with all their walls, and the network
leads out and not in. What is typed otherwise than it is written stands in `OTHERWISE`; `make serve`, which does not end
by itself, is stopped when it serves.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from feedsrv import __version__
from tests.checkout import ROOT, copy_of_the_checkout
from tests.faults.clean_root import CleanRoot, booted
from tests.running import until

OPERATORS = ROOT / "docs/operators.md"
SCALING = ROOT / "docs/scaling.md"
README = ROOT / "README.md"
ADDRESS = "https://example.org/feedsrv.git"
OTHERWISE = {ADDRESS: "/checkout", "make test": "make .venv/.dev"}
"""What is typed instead: the checkout lies here, and the tests, of which this is one, run elsewhere."""

NEXT_VERSION = "0.2.0"
KNOWN = {
    "apt-get", "cd", "cp", "curl", "git", "install", "ln", "make", "mv", "nginx", "pipx", "python3", "sed", "systemctl",
    "systemd-analyze", "tar", "cat", "chown", "rsync", "runuser", "touch", "useradd", "varnishd", "varnishncsa",
    "feedsrv", "bin/feedsrv", "bin/pip", "bin/uv",
}  # fmt: skip
"""The programs of the guide: Debian's, and in the folders that it makes."""


def commands(page: Path) -> list[str]:
    """Every command of a page in a block of ``sh``, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf8"), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.replace("\\\n", "").splitlines() if line.strip()]


def program(command: str) -> str:
    """The program of a command, behind the variables that are set for it; of a path the last two parts."""
    words = [word for word in shlex.split(command, comments=True) if not re.match(r"[A-Z_]+=", word)]
    return "/".join(words[0].split("/")[-2:])


@pytest.mark.parametrize("command", [*commands(OPERATORS), *commands(README), *commands(SCALING)])
def test_every_command_of_the_guides_is_one_that_there_is(command: str) -> None:
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0
    assert program(command) in KNOWN
    for file in re.findall(r"(?<![\w/.])(?:dist/)?((?:deploy|releases|requirements)[\w./-]*)", command):
        assert (ROOT / file).exists(), file


def publish_the_checkout(folder: Path) -> None:
    """A repository as it will be: this version, and the tag of a next one, which is the same but for its number."""
    copy_of_the_checkout(folder)
    init = folder / "feedsrv/__init__.py"
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]

    def commit(message: str) -> None:
        subprocess.run([*git, "add", "--all", "--force"], check=True)
        subprocess.run([*git, "commit", "--quiet", f"--message={message}"], check=True)

    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    commit("This version")
    init.write_text(init.read_text("utf8").replace(__version__, NEXT_VERSION), "utf8")
    commit("The next one")
    subprocess.run([*git, "tag", f"v{NEXT_VERSION}"], check=True)
    subprocess.run([*git, "reset", "--quiet", "--hard", "HEAD~1"], check=True)


def otherwise(command: str) -> str:
    for written, typed in OTHERWISE.items():
        command = command.replace(written, typed)
    return command


@pytest.mark.bench
def test_every_command_of_the_operators_guide_works_on_a_clean_machine(clean_root: CleanRoot) -> None:
    publish_the_checkout(clean_root.files / "checkout")
    with booted(clean_root) as machine:
        for command in commands(OPERATORS):
            print(f"# {command}", flush=True)
            said = machine.type(otherwise(command))
            print(said[-500:], flush=True)
        assert __version__ in machine.type("/opt/feedsrv/bin/feedsrv --version")
        assert NEXT_VERSION in machine.type(f"/opt/feedsrv-{NEXT_VERSION}/bin/feedsrv --version")
        page = machine.type("curl --fail --silent --header 'Host: press.museum.example' http://127.0.0.1/releases")
        assert page.count('href="/releases/') > 3
        assert machine.type("ps -o user= -C gunicorn,feedsrv").split() == ["feedsrv"] * 4
        machine.type("systemctl restart feedsrv-web feedsrv-publisher nginx varnish")
        written = machine.type("find / -xdev -user feedsrv -not -path '/proc/*'").split()
        assert all(path.startswith("/var/lib/feedsrv") for path in written)
        assert machine.type("systemctl --failed --quiet --no-legend") == ""


@pytest.mark.bench
def test_every_command_of_the_readme_works_on_a_clean_machine(clean_root: CleanRoot) -> None:
    publish_the_checkout(clean_root.files / "checkout")
    shutil.copytree(ROOT / "releases", clean_root.files / "srv/releases")
    with booted(clean_root) as machine:
        machine.type("apt-get update && apt-get install --yes make python3 curl")
        machine.cwd = "/checkout"
        lacking = machine.call("make serve")
        assert "apt install python3-venv" in lacking.stderr
        assert lacking.stderr.count("\n") == 1
        machine.type("apt-get install --yes python3-venv")
        for command in commands(README):
            print(f"# {command}", flush=True)
            if "make serve" not in command:
                machine.type(otherwise(command))
                continue
            machine.type("make .venv/.serve")
            machine.type(
                f"systemd-run --quiet --unit=typed --working-directory=/checkout bash -c {shlex.quote(command)}"
            )
            until(lambda: machine.call("curl --fail http://127.0.0.1:8000/health/ready").returncode == 0, 120)
            machine.type("systemctl stop typed")
