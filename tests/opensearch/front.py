"""nginx in front of a node, as operators have their clusters: a certificate of their own, a user and a password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

from tests.engines import OPENSEARCH
from tests.proxies import program
from tests.running import until

LOGIN = "newsroom:a secret word"


@contextmanager
def fronted(folder: Path, addresses: list[str], port: int) -> Iterator[None]:
    """Have the cluster answer at a port of these addresses; the certificate is ``cert`` in the folder."""
    subject = ["-subj", "/CN=cluster", "-addext", f"subjectAltName={','.join(f'IP:{each}' for each in addresses)}"]
    made = [program("openssl"), *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"], *subject]
    subprocess.run(
        [*made, "-keyout", str(folder / "key"), "-out", str(folder / "cert")], check=True, capture_output=True
    )
    (folder / "users").write_text(f"{LOGIN.replace(':', ':{PLAIN}')}\n")
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    listens = "".join(f"listen {each}:{port} ssl; " for each in addresses)
    (folder / "nginx.conf").write_text(f"""user {getuser()}; daemon off; pid {folder}/pid; events {{}}
        http {{ access_log off; client_max_body_size 100m; {paths} server {{
            {listens} ssl_certificate {folder}/cert; ssl_certificate_key {folder}/key;
            auth_basic cluster; auth_basic_user_file {folder}/users;
            location / {{ proxy_pass {OPENSEARCH.split(",")[0]}; }} }} }}""")
    command = [program("nginx"), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            until(lambda: (folder / "pid").exists())
            yield
        finally:
            process.terminate()
