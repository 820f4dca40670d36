"""Speak to an origin by boto3: a client for all threads, bounded tries, and errors in our words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError, IncompleteReadError  # noqa: A004
from django.conf import settings

from catalog import stores
from spotify_lite.places import Origin

# Waits between attempts are drawn at random below a bound that doubles ("standard").
CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": stores.ATTEMPTS},
    connect_timeout=3,  # seconds
    read_timeout=20,  # seconds between bytes
    max_pool_connections=32,  # threads share a client
    s3={"addressing_style": "path"},  # any endpoint, without a DNS name a bucket
)
SIGNED = CLIENT.merge(Config(signature_version="s3v4"))  # boto3 signs links and forms by the old way for some regions
QUICK = CLIENT.merge(Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1))
THERE = {"PreconditionFailed", "412", "ConditionalRequestConflict"}  # the last: somebody is just writing it
GONE = {"NoSuchKey", "NotFound", "404"}
BUSY = {"SlowDown", "Throttling", "RequestTimeout", "TooManyRequests"}


def client(origin: Origin, config: Config = CLIENT) -> Any:
    """Return boto3's client of an origin, with the node's keys."""
    return _client(origin, config, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY)


def is_home_reachable() -> bool:
    """Say whether the home of all writes is; see `is_reachable`."""
    return is_reachable(settings.ORIGINS[0])


def is_reachable(origin: Origin) -> bool:
    """Say whether the storage answers and has the bucket, after one try of a second or two."""
    try:
        client(origin, QUICK).head_bucket(Bucket=origin.bucket)
    except (ClientError, BotoCoreError):
        return False
    return True


@contextmanager
def answers(what: str) -> Iterator[None]:
    """Raise what boto3 raises as OSErrors which say what failed and why, and neither an address nor a key.

    FileNotFoundError: there is no such object. stores.Unreachable: later it may be. OSError: the storage says no.
    """
    try:
        yield
    except ClientError as error:
        code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in GONE:
            raise FileNotFoundError(f"{what}: it is not in the storage") from error
        if status >= 500 or code in BUSY:
            raise stores.Unreachable(f"{what}: the storage is in trouble ({code})") from error
        raise OSError(f"{what}: the storage refuses ({code})") from error
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise stores.Unreachable(f"{what}: the storage does not answer ({type(error).__name__})") from error
    except BotoCoreError as error:
        raise OSError(f"{what}: {type(error).__name__}") from error


def code_of(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


@cache
def _client(origin: Origin, config: Config, access_key: str, secret_key: str) -> Any:
    # A session of its own: making a client from the default one is not safe in threads, using one is.
    session = boto3.Session(aws_access_key_id=access_key or None, aws_secret_access_key=secret_key or None)
    return session.client("s3", endpoint_url=origin.endpoint, region_name=origin.signing_region, config=config)


os.register_at_fork(after_in_child=_client.cache_clear)  # two processes may not share a connection
