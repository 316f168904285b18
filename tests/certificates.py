"""An authority of one day and a certificate that it signed, made by openssl: for tests of encryption."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def missing() -> str:
    """Why no certificate can be made here; empty if one can."""
    return "" if shutil.which("openssl") else "openssl is not installed here: encryption is not tried"


def certify(folder: Path, name: str = "localhost") -> None:
    """Write ca.crt, server.crt and server.key for a host of this name."""
    def run(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *key, "-days", "1", "-subj", "/CN=test", "-keyout", "ca.key", "-out", "ca.crt")
    run("req", *key, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", "server.key", "-out", "server.csr")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1",
        "-copy_extensions", "copy", "-out", "server.crt")
