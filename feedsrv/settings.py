"""The operational settings, read once from the environment, checked as a whole, and passed down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from feedsrv.errors import SettingsInvalid

DEFAULT_PORT = 8000
MOST_WORKERS = 256

_PREFIX = "FEEDSRV_"
_OF_KUBERNETES = re.compile(
    r"FEEDSRV_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)=.*|PORT=\w+://.*|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?=.*)"
)
"""What every process of a cluster is told of a service that is called feedsrv, or feedsrv-web."""


@dataclass(frozen=True, slots=True)
class SearchCluster:
    """A cluster of OpenSearch that keeps the index: the addresses of its nodes, and how its indices' names begin.

    ``login`` is a user and a password. ``authorities`` is a file of the certificates by which nodes show who they are;
    None: those of the system.
    """

    addresses: tuple[str, ...]
    prefix: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    authorities: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the service is reached.

    ``search`` is the cluster that keeps the index, None where that is embedded. ``files`` is where the files of
    releases lie, None: in the folder of the index.
    ``base_url`` is the public address, without a slash at its end: every absolute address is made of it.
    ``hosts`` are the further host names that requests may ask for, without ports. ``poll`` is after how many seconds
    the folder is looked at; None: where the system does not tell of changes. ``peers`` are the addresses of the other
    machines that serve the same folder, which are asked what they publish.
    """

    releases: Path = Path("releases")
    index: Path = Path("index")
    search: SearchCluster | None = None
    files: Path | None = None
    base_url: str = f"http://localhost:{DEFAULT_PORT}"
    has_base_url: bool = False
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    hub: str = ""
    purge: str = ""
    peers: tuple[str, ...] = ()
    log_format: str = "text"
    poll: int | None = None
    logs_requests: bool = False
    metrics: tuple[str, int] | None = None
    port: int = DEFAULT_PORT
    workers: int = 2

    @property
    def host(self) -> str:
        """The host of the public address, of which permanent ids are made where there is no authority."""
        return host_of(self.base_url)


def host_of(base_url: str) -> str:
    """The host of an address, as it stands there; "" where there is none."""
    host = urlsplit(base_url).hostname or ""
    return f"[{host}]" if ":" in host else host


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment describes; a variable that is empty counts as unset.

    Raises SettingsInvalid, naming every setting that is wrong.
    """
    reader = _EnvironmentReader({name: value.strip() for name, value in environment.items() if value.strip()})
    port = reader.number("PORT", DEFAULT_PORT, 1, 65_535)
    settings = Settings(
        releases=Path(reader.text("FEEDSRV_RELEASES", "releases")),
        index=Path(reader.text("FEEDSRV_INDEX", "index")),
        search=_search_cluster(reader),
        files=reader.path("FEEDSRV_FILES"),
        base_url=reader.url("FEEDSRV_BASE_URL", f"http://localhost:{port}"),
        has_base_url="FEEDSRV_BASE_URL" in reader.environment,
        hosts=reader.hosts("FEEDSRV_HOSTS"),
        trusted_proxies=reader.networks("FEEDSRV_TRUSTED_PROXIES"),
        hub=reader.url("FEEDSRV_HUB", ""),
        purge=reader.url("FEEDSRV_PURGE", ""),
        peers=reader.urls("FEEDSRV_PEERS"),
        log_format=reader.choice("FEEDSRV_LOG", ("text", "json")),
        poll=reader.number("FEEDSRV_POLL", 0, 0, 3_600) or None,
        logs_requests=reader.choice("FEEDSRV_REQUEST_LOG", ("off", "json")) != "off",
        metrics=reader.address("FEEDSRV_METRICS"),
        port=port,
        workers=reader.number("WEB_CONCURRENCY", 2, 1, MOST_WORKERS),
    )
    if settings.hub and not settings.has_base_url:
        reader.complaints.append("FEEDSRV_HUB is set, but not FEEDSRV_BASE_URL, where the hub is to fetch the feeds")
    if settings.purge and not settings.has_base_url:
        reader.complaints.append(
            "FEEDSRV_PURGE is set, but not FEEDSRV_BASE_URL, of which the cache is to forget pages"
        )
    if settings.metrics and settings.metrics[1] == port:
        reader.complaints.append(f"FEEDSRV_METRICS names port {port}, which is that of the newsroom; give another one")
    if settings.metrics and not find_spec("prometheus_client"):
        reader.complaints.append("FEEDSRV_METRICS needs a package that is not here: pip install 'feedsrv[metrics]'")
    if settings.files and not settings.search:
        reader.complaints.append("FEEDSRV_FILES is for several machines with one index: set FEEDSRV_SEARCH, too")
    if settings.search and not find_spec("opensearchpy"):
        reader.complaints.append("FEEDSRV_SEARCH needs a package that is not here: pip install 'feedsrv[opensearch]'")
    if settings.search and settings.peers:
        reader.complaints.append("FEEDSRV_PEERS is for machines with an index each: leave it away with FEEDSRV_SEARCH")
    reader.name_the_misspelt()
    if reader.complaints:
        raise SettingsInvalid("\n".join(reader.complaints))
    return settings


def _search_cluster(reader: _EnvironmentReader) -> SearchCluster | None:
    addresses = reader.urls("FEEDSRV_SEARCH")
    prefix = reader.name_of_indices("FEEDSRV_SEARCH_PREFIX", "feedsrv")
    login = reader.login("FEEDSRV_SEARCH_LOGIN")
    authorities = reader.path("FEEDSRV_SEARCH_CA")
    if authorities and not authorities.is_file():
        reader.complaints.append(f"FEEDSRV_SEARCH_CA names {str(authorities)!r}, which is no file")
    if login and any(address.startswith("http:") for address in addresses):
        reader.complaints.append("FEEDSRV_SEARCH_LOGIN would be sent for all to read: give addresses with https")
    return SearchCluster(addresses, prefix, login, authorities) if addresses else None


class _EnvironmentReader:
    """Reads one variable after another and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.complaints: list[str] = []
        self._known: set[str] = set()

    def text(self, name: str, default: str) -> str:
        self._known.add(name)
        return self.environment.get(name, default)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and least <= int(value[:9]) <= most:
            return int(value)
        self.complaints.append(f"{name} is {value!r}; give a whole number from {least} to {most}")
        return default

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, choices[0])
        if value not in choices:
            self.complaints.append(f"{name} is {value!r}; give one of {', '.join(choices)}")
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        if value and not _is_web_address(value):
            shown = re.sub("//[^/]*@", "//…@", value)  # what stands there is a password
            self.complaints.append(
                f"{name} is {shown!r}; give an address like https://press.example.org, without ? and #"
            )
        return value

    def urls(self, name: str) -> tuple[str, ...]:
        urls = tuple(url.rstrip("/") for url in self._list(name))
        if not all(map(_is_web_address, urls)):
            self.complaints.append(f"{name} is no list of addresses like https://search.example.org:9200, with commas")
        return urls

    def path(self, name: str) -> Path | None:
        value = self.text(name, "")
        return Path(value) if value else None

    def login(self, name: str) -> tuple[str, str] | None:
        """The user and the password that stand in a file."""
        if not (path := self.path(name)):
            return None
        try:
            user, colon, password = path.read_text("utf8").strip().partition(":")
        except (OSError, UnicodeDecodeError):
            user = colon = password = ""
        if not (user and colon and password):
            self.complaints.append(f"{name} names {str(path)!r}; give a file that can be read and says user:password")
        return user, password

    def name_of_indices(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not re.fullmatch("[a-z][a-z0-9-]{0,99}", value):
            self.complaints.append(f"{name} is {value!r}; give small letters, digits and hyphens, a letter first")
        return value

    def hosts(self, name: str) -> tuple[str, ...]:
        hosts = self._list(name)
        for host in hosts:
            if not _is_web_address(f"http://{host}") or "/" in host or ":" in host.rpartition("]")[2]:
                self.complaints.append(f"{name} names {host!r}; give host names without ports, with commas between")
        return hosts

    def address(self, name: str) -> tuple[str, int] | None:
        value = self.text(name, "")
        if not value:
            return None
        try:
            parts = urlsplit(f"//{value}")
            if parts.hostname and parts.port and parts.netloc == value and not parts.username:
                return parts.hostname, parts.port
        except ValueError:
            pass
        self.complaints.append(f"{name} is {value!r}; give a host and a port, like 127.0.0.1:9090")
        return None

    def networks(self, name: str) -> tuple[str, ...]:
        networks = self._list(name)
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                self.complaints.append(f"{name} names {network!r}; give addresses like 10.0.0.1 or 10.0.0.0/24")
        return networks

    def _list(self, name: str) -> tuple[str, ...]:
        parts = self.text(name, "").replace(",", " ").split()
        return tuple(dict.fromkeys(parts))

    def name_the_misspelt(self) -> None:
        """Complain about what looks like a setting and is none; when all that there are have been read."""
        for name in sorted(self.environment.keys() - self._known):
            if _OF_KUBERNETES.fullmatch(f"{name}={self.environment[name]}"):
                continue
            if meant := self._meant(name):
                self.complaints.append(f"{name} is no setting; is {meant} meant?")
            elif name.startswith(_PREFIX):
                self.complaints.append(f"{name} is no setting")

    def _meant(self, name: str) -> str:
        """The setting whose name is like this one: in what stands behind our prefix, or with the prefix misspelt."""
        if name.startswith(_PREFIX):
            names = {known.removeprefix(_PREFIX): known for known in self._known}
            alike = get_close_matches(name.removeprefix(_PREFIX), names, 1)
        else:
            names = {known: known for known in self._known if name.upper().startswith("FEED")}
            alike = get_close_matches(name.upper(), names, 1, cutoff=0.9)
        return names[alike[0]] if alike else ""


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and not (parts.query or parts.fragment or parts.username)
            and value.isascii()
            and not any(c.isspace() or c in "<>\"'\\" for c in value)
        )
    except ValueError:
        return False
