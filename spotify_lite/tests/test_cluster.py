"""One volume server of four dies and comes back with an empty disk: nothing fails, nothing is lost, all is restored."""

import hashlib
import io
import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from catalog import stores
from spotify_lite.tests.rig import chaos, cluster, s3

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("cluster")]

ROUNDS = chaos.ROUNDS if chaos.ROUNDS > 2 else 1  # of 20 s each
RESTORED = 90.0  # seconds; the shell of SeaweedFS looks around for 15 s before it acts
SETTINGS = b"\x04"  # the type of a frame, with which HTTP/2 begins
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + SETTINGS + bytes(5)
OBJECT = 200_000  # bytes, about


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Cluster]:
    with cluster.cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


class Traffic(threading.Thread):
    """Writes new objects and reads old ones through our storage, and keeps account of what was acknowledged."""

    def __init__(self, store: stores.Store, chance: random.Random) -> None:
        super().__init__()
        self.store, self.chance = store, chance
        self.acknowledged: dict[str, int] = {}
        self.reads, self.failures = 0, list[str]()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            try:
                self.write()
                self.read()
            except OSError as error:
                self.failures.append(str(error))

    def write(self) -> None:
        body = self.chance.randbytes(self.chance.randrange(OBJECT))
        sha256 = hashlib.sha256(body).hexdigest()
        name = f"{sha256[:2]}/{sha256}.mp4"
        self.store.put(name, io.BytesIO(body), size=len(body), sha256=sha256)
        self.acknowledged[name] = len(body)

    def read(self) -> None:
        name = self.chance.choice(list(self.acknowledged))
        sha256 = self.store.fetch(name, io.BytesIO())
        self.reads += 1
        assert sha256 == name[3:67], name

    def end(self) -> None:
        self.ended.set()
        self.join()


def kill_and_wipe(running: cluster.Cluster, victim: int) -> int:
    """Kill a volume server, bring it back with an empty disk, and return how many seconds the copies took."""
    threading.Event().wait(1)
    running.kill_volume(victim)
    threading.Event().wait(3)
    running.wipe_volume(victim)
    running.start_volume(victim)
    assert cluster.COPIES - 1 in running.copies().values(), "the victim had no copy"
    running.start_repair()
    seconds = wait_for_copies(running)
    running.stop_repair()
    return seconds


def wait_for_copies(running: cluster.Cluster) -> int:
    """Wait until each volume has its three copies, and return for how many seconds."""
    began = time.monotonic()
    while set(running.copies().values()) != {cluster.COPIES}:
        assert time.monotonic() - began < RESTORED, running.copies()
        time.sleep(0.5)
    return round(time.monotonic() - began)


def test_volume_server_killed_and_wiped(running: cluster.Cluster, settings):
    chance = chaos.dice()
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = running.access_key, running.secret_key
    store = stores.store_at(running.origin, "renditions")
    traffic = [Traffic(store, random.Random(chance.random())) for _ in range(2)]
    for one in traffic:
        for _ in range(10):
            one.write()
    wait_for_copies(running)
    for one in traffic:
        one.start()
    seconds = [kill_and_wipe(running, chance.randrange(cluster.SERVERS)) for _ in range(ROUNDS)]
    for one in traffic:
        one.end()
    objects = {name: size for one in traffic for name, size in one.acknowledged.items()}
    reads, failures = sum(one.reads for one in traffic), [each for one in traffic for each in one.failures]
    print(f"{len(objects)} objects, {reads} reads, {len(failures)} failures; 3 copies of all after {seconds} s")
    assert not failures
    for name in objects:
        assert store.fetch(name, io.BytesIO()) == name[3:67]
    wait_for_copies(running)


def test_edges_read_what_is_served_and_nothing_else(running: cluster.Cluster, settings):
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = running.access_key, running.secret_key
    for alias in ("renditions", "covers", "masters"):
        body = alias.encode()
        stores.store_at(running.origin, alias).put(
            "aa/name", io.BytesIO(body), size=len(body), sha256=hashlib.sha256(body).hexdigest()
        )
    before = running.names()
    edge = boto3.client(
        "s3",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        aws_access_key_id=running.edge_access_key,
        aws_secret_access_key=running.edge_secret_key,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )
    served, masters = {"Bucket": running.bucket}, {"Bucket": running.origin.masters}
    assert edge.get_object(**served, Key="media/aa/name")["Body"].read() == b"renditions"
    assert edge.head_object(**served, Key="covers/aa/name")["ContentLength"] == len(b"covers")
    source = {"Bucket": running.origin.masters, "Key": "masters/aa/name"}
    for call, arguments in (
        (edge.get_object, masters | {"Key": "masters/aa/name"}),
        (edge.head_object, masters | {"Key": "masters/aa/name"}),
        (edge.get_object, served | {"Key": "masters/aa/name"}),
        (edge.get_object, served | {"Key": "media/../masters/aa/name"}),
        (edge.get_object, served | {"Key": "mediator"}),
        (edge.list_objects_v2, served),
        (edge.list_objects_v2, masters),
        (edge.put_object, served | {"Key": "media/aa/name", "Body": b"x"}),
        (edge.put_object, served | {"Key": "media/aa/new", "Body": b"x"}),
        (edge.put_object, masters | {"Key": "masters/aa/name", "Body": b"x"}),
        (edge.copy_object, served | {"Key": "media/aa/new", "CopySource": source}),
        (edge.delete_object, served | {"Key": "media/aa/name"}),
        (edge.delete_bucket, served),
        (edge.create_bucket, {"Bucket": "another"}),
        (edge.put_bucket_policy, served | {"Policy": "{}"}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**arguments)
        status = refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status == 403 or (status == 400 and ".." in arguments["Key"]), (call, arguments, status)
    assert running.names() == before
    assert edge.get_object(**served, Key="media/aa/name")["Body"].read() == b"renditions"


def test_nobody_reads_without_a_key(running: cluster.Cluster):
    nobody = boto3.client(
        "s3", endpoint_url=running.endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    for bucket in (running.bucket, running.origin.masters):
        with pytest.raises(ClientError, match="AccessDenied"):
            nobody.list_objects_v2(Bucket=bucket)


def begin_http2(port: int, context: ssl.SSLContext | None) -> bytes:
    """Return the head of the first frame that a server answers with, or nothing where it refuses."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        try:
            stream = context.wrap_socket(plain) if context else plain
            stream.sendall(HTTP2)
            return stream.recv(9)
        except (ssl.SSLError, ConnectionError):
            return b""


def test_nobody_makes_himself_a_key(running: cluster.Cluster):
    """The second port of S3 adds keys for whoever reaches it, unless it asks for a certificate that nobody has."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    for encrypted in (None, context):
        assert begin_http2(running.port + s3.GRPC, encrypted)[3:4] != SETTINGS
