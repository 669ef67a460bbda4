"""The image of deploy/Containerfile, built and run without a registry of images: its steps are those of a clean Debian.

Each stage is an overlay over a Debian like `debian:bookworm-slim`. It is run as the compose file says: with a root
that is read-only, as a user that is not root, without capabilities; and without a network, for it needs none.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checkout import ROOT, copy_of_the_checkout
from tests.faults.clean_root import PATH, PATIENCE, CleanRoot, started
from tests.running import until

Step = tuple[str, str]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf8"))


def steps() -> list[Step]:
    """The instructions of the Containerfile, each with its words."""
    text = re.sub(r"^#.*\n", "", (ROOT / "deploy/Containerfile").read_text("utf8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n *", "", text).splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line]


@dataclass
class Image:
    """A stage of the Containerfile, and what it says about how it is run."""

    root: CleanRoot
    cwd: str = "/"
    user: str = "0:0"
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def take(self, instruction: str, words: str, stages: dict[str, Image]) -> None:
        """Do what one instruction says."""
        match instruction:
            case "RUN":
                self.root.run(words, self.cwd, self.environment)
            case "WORKDIR":
                self.cwd = words
                self.root.run(f"mkdir -p {words}")
            case "ENV":
                name, _, value = words.partition("=")
                self.environment[name] = value
            case "USER":
                self.user = words
            case "COPY" if words == ". .":
                copy_of_the_checkout(self.root.files / self.cwd[1:])
            case "COPY":
                stage, source, target = re.fullmatch(r"--from=(\S+) (\S+) (\S+)", words).groups()  # type: ignore[union-attr]  # another COPY is an error
                shutil.copytree(stages[stage].root.files / source[1:], self.root.files / target[1:], symlinks=True)
            case "HEALTHCHECK":
                self.health = json.loads(words.partition("CMD ")[2])
            case "CMD":
                self.command = json.loads(words)
            case "EXPOSE":
                pass
            case _:
                raise AssertionError(f"the test does not know {instruction}")


def built(base: Path, folder: Path) -> Image:
    """The last stage of the Containerfile, when all steps are done."""
    stages: dict[str, Image] = {}
    for instruction, words in steps():
        if instruction == "FROM":
            _image, _, name = words.partition(" AS ")
            stages[name] = current = Image(CleanRoot(base, folder / (name or "last")))
        else:
            print(f"# {instruction} {words}", flush=True)
            current.take(instruction, words, stages)
    return current


@dataclass
class Container:
    """A running image."""

    pid: int
    image: Image

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--root"]
        environment = {"PATH": PATH, **self.image.environment}
        return subprocess.run([*enter, *command], env=environment, capture_output=True, text=True, check=False)

    def is_healthy(self) -> bool:
        return self.run(*self.image.health).returncode == 0


@contextmanager
def container(image: Image, service: dict[str, Any], folder: Path, volumes: list[str]) -> Iterator[Container]:
    """Run a service of the compose file, on a network that ends in it; a volume with `:ro` cannot be written."""
    root = CleanRoot(Path(f"{image.root.files}:{image.root.base}"), folder)
    user, _, group = image.user.partition(":")
    environment = image.environment | service.get("environment", {})
    read_only = ["/", *(volume.split(":")[1] for volume in volumes if volume.endswith(":ro"))]
    powerless = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
    command = [
        *("setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *powerless),
        *("env", "-i", *(f"{name}={value}" for name, value in environment.items()), *service["command"]),
    ]
    script = [
        *(f"mount -o remount,bind,ro {path}" for path in read_only),
        f"cd {image.cwd}",
        f"exec {shlex.join(command)}",
    ]
    mounted = [volume.removesuffix(":ro") for volume in volumes]
    entered = root.entered("sh", "-ec", "\n".join(script), has_network=False, volumes=mounted)
    with started(entered, folder / "log") as pid:
        subprocess.run(["nsenter", f"--target={pid}", "--net", "ip", "link", "set", "lo", "up"], check=True)
        yield Container(pid, image)


def test_every_instruction_is_known_and_the_image_is_run_without_root_and_with_a_health_check() -> None:
    names = {instruction for instruction, _ in steps()}
    assert names == {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {words for instruction, words in steps() if instruction == "USER"} == {"10001:10001"}
    sources = re.findall(r"(?<!\S)(requirements\S*)", " ".join(words for _, words in steps()))
    assert all((ROOT / source).exists() for source in sources)


def test_the_services_of_the_compose_file_are_walled_in_and_only_the_publisher_writes() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert (ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    assert services["publisher"]["network_mode"] == "none"
    assert services["publisher"]["volumes"] == ["../releases:/srv/releases:ro", "index:/var/lib/feedsrv"]
    assert services["web"]["volumes"] == ["index:/var/lib/feedsrv:ro"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    unit = (ROOT / "deploy/feedsrv-web.service").read_text("utf8")
    assert shlex.join(services["web"]["command"]).replace("0.0.0.0", "127.0.0.1") in unit


@pytest.mark.bench
def test_the_image_serves_from_a_read_only_root_without_root_and_without_a_network(
    debian: Path, tmp_path: Path
) -> None:
    image = built(debian, tmp_path / "stages")
    releases, index = tmp_path / "releases", tmp_path / "index"
    shutil.copytree(ROOT / "releases", releases)
    index.mkdir(mode=0o700)
    os.chown(index, 10001, 10001)
    services, mine = COMPOSE["services"], {"command": image.command}
    written, read = f"{index}:/var/lib/feedsrv", f"{index}:/var/lib/feedsrv:ro"
    shown = f"{releases}:/srv/releases:ro"
    with container(image, services["publisher"], tmp_path / "publisher", [shown, written]) as publisher:
        until((index / "index/current").exists, PATIENCE)
        assert publisher.run("touch", "/srv/releases/x", "/opt/x").stderr.count("Read-only file system") == 2
        with container(image, services["web"], tmp_path / "web", [read]) as web:
            until(web.is_healthy, PATIENCE)
            assert "Read-only file system" in web.run("touch", "/var/lib/feedsrv/x").stderr
    with container(image, mine, tmp_path / "alone", [shown, written]) as alone:
        until(alone.is_healthy, PATIENCE)
