"""HAProxy on free ports, by the very file of deploy/, with a certificate of its own before two nodes."""

import datetime
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from spotify_lite.tests.rig import need, processes
from spotify_lite.tests.rig.server import ROOT, free_port

CONFIGURATION = ROOT / "deploy" / "haproxy" / "haproxy.cfg"


@dataclass
class Balancer:
    """A running HAProxy."""

    http: int  # port
    https: int
    certificate: Path  # of the name `host`, and its own authority
    host: str
    log: Path
    process: subprocess.Popen[bytes]

    def trust(self) -> ssl.SSLContext:
        """Return what a client of it trusts: its certificate alone."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def reload(self) -> None:
        """Let it read its file again; the processes of before go on with what they have begun."""
        self.process.send_signal(signal.SIGUSR2)

    @property
    def loads(self) -> int:
        """Return how often it has read its file."""
        return self.log.read_text(errors="replace").count("Loading success")

    def returns(self, node: str) -> int:
        """Return how often it has found a node again that was away."""
        return self.log.read_text(errors="replace").count(f"Server web/{node} is UP")


@contextmanager
def balancer(folder: Path, nodes: Sequence[int], *, host: str, tls: bool = True, **extra: str) -> Iterator[Balancer]:
    """Start it before the nodes at these two ports; `extra` is more of its environment."""
    program = need("haproxy", package="haproxy")
    folder.mkdir(parents=True, exist_ok=True)
    certificate = Path(extra.get("TLS_CERTIFICATE") or folder / "certificate.pem")
    if not certificate.exists():
        make_certificate(certificate, host)
    http = free_port()
    https = int(extra["HTTPS"].rpartition(":")[2]) if "HTTPS" in extra else free_port()
    environment = {
        "HTTP": f"127.0.0.1:{http}",
        "HTTPS": f"127.0.0.1:{https}",
        "TLS_CERTIFICATE": str(certificate) if tls else "",
        "TLS_FRONT": "",
        "REGION": "local",
        "PUBLIC_HOST": host,
        "UPLOAD_LARGEST": str(1024**3),
        **{f"WEB_{number}": f"127.0.0.1:{port}" for number, port in enumerate(nodes, start=1)},
        **extra,
    }
    with processes.running(
        [program, "-W", "-db", "-f", CONFIGURATION], folder, "haproxy", environment=environment
    ) as process:
        found = Balancer(http, https, certificate, host, folder / "haproxy.log", process)
        processes.wait(lambda: _listens(http), process, found.log)
        yield found


def make_certificate(path: Path, host: str, *addresses: str) -> None:
    """Write a key and a certificate for the host, 127.0.0.1 and addresses, signed by itself, as one PEM file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    numbers = [x509.IPAddress(ip_address(address)) for address in ("127.0.0.1", *addresses)]
    names = x509.SubjectAlternativeName([x509.DNSName(host), *numbers])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + secret)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
