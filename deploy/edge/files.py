"""Write the files that nginx reads, from templates and an edge's settings. Standard library alone."""

import json
import math
import os
import pwd
import re
import resource
from collections.abc import Mapping
from pathlib import Path

from configuration import Settings

HERE = Path(__file__).resolve().parent
PLACEHOLDER = re.compile(r"@([a-z_]+)@")
DEAD_AFTER = 2000  # milliseconds until a listener hears that no origin can be reached, all of them together


def write(settings: Settings) -> Path:
    """Write nginx's files into the run folder, for nobody else to read; return the first of them."""
    settings.run.mkdir(parents=True, exist_ok=True)
    settings.run.chmod(0o700)
    (settings.cache / "objects").mkdir(parents=True, exist_ok=True)
    values = _values(settings)
    for template in sorted(HERE.glob("*.conf")):
        if template.name not in {"origin.conf", "next.conf"}:
            _put(settings.run / template.name, _filled(template, values))
    for index, origin in enumerate(settings.origins):
        final = index == len(settings.origins) - 1
        own = {
            "index": str(index),
            "next": "last" if final else f"next-{index + 1}",
            "address": f"{origin.hostname}:{origin.port}",
            "host": origin.host,
            "hostname": origin.hostname,
            "scheme": origin.scheme,
            "bucket": origin.bucket,
            "region": origin.region,
        }
        _put(settings.run / f"origin-{index}.conf", _filled(HERE / "origin.conf", values | own))
        if not final:
            _put(
                settings.run / f"next-{index + 1}.conf", _filled(HERE / "next.conf", {**values, "next": str(index + 1)})
            )
    keys = {
        "media": settings.media_keys,
        "cloudfront": settings.cloudfront_keys,
        "url": settings.url,
        "access": settings.access_key,
        "secret": settings.secret_key,
    }
    _put(settings.run / "keys.js", f"export default {json.dumps(keys)};\n")
    _put(settings.run / "place.js", f"export default {json.dumps({'run': str(settings.run)})};\n")
    return settings.run / "nginx.conf"


def _values(settings: Settings) -> dict[str, str]:
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 65_536 if files == resource.RLIM_INFINITY else files
    tls = f"ssl_certificate {settings.certificate};\nssl_certificate_key {settings.certificate_key};"
    of_address = settings.connections_of_address
    connect = min(1000, math.ceil(DEAD_AFTER / len(settings.origins)))
    return {
        "user": f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else "",
        "run": str(settings.run),
        "here": str(HERE),
        "cache": str(settings.cache),
        "modules": settings.modules,
        "workers": settings.workers,
        "files": str(files),
        "connections": str(min(settings.connections, files // 2)),
        "listen": f"{settings.listen}{' ssl http2' if settings.certificate else ''}",
        "tls": f"{tls}\nssl_protocols TLSv1.2 TLSv1.3;\nssl_session_cache shared:tls:10m;"
        if settings.certificate
        else "",
        "limit": f"limit_conn addresses {of_address};" if of_address else "",
        "access_log": "off" if settings.access_log == "off" else f"{settings.access_log} line",
        "proxies": "\n".join(f"set_real_ip_from {one};" for one in settings.proxies),
        "player_origins": "\n".join(f'"~^{re.escape(one)}$" "{one}";' for one in settings.player_origins),
        "vary": "add_header Vary Origin always;" if settings.player_origins else "",
        "signer": settings.signer,
        "cache_size": str(settings.cache_size),
        "min_free": str(settings.min_free),
        "index": str(settings.index),
        "connect_timeout": str(connect),
        "read_timeout": str(settings.read_timeout),
        "certificates": settings.certificates,
    }


def _filled(template: Path, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], template.read_text())


def _put(path: Path, text: str) -> None:
    """Replace the file at once: a reload reads it whole, old or new."""
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    draft.replace(path)
