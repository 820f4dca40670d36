"""Own what an origin must have before it can hold media: its two buckets, private both."""

from botocore.config import Config
from botocore.exceptions import ClientError

from catalog import s3
from spotify_lite.places import Origin

OURS = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def buckets(origin: Origin) -> tuple[str, str]:
    """Return the names of the bucket of what is served and of the one of masters."""
    return origin.bucket, origin.masters


def lacking(origin: Origin, config: Config = s3.CLIENT) -> list[str]:
    """Return the buckets that are not there; raise OSError where the storage does not say."""
    found = []
    for bucket in buckets(origin):
        try:
            with s3.answers(f"the bucket {bucket} cannot be looked at"):
                s3.client(origin, config).head_bucket(Bucket=bucket)
        except FileNotFoundError:
            found.append(bucket)
    return found


def make_buckets(origin: Origin) -> list[str]:
    """Make the buckets that are not there and return their names; raise OSError where the storage refuses."""
    made = []
    for bucket in lacking(origin):
        region = origin.signing_region
        # AWS takes the name of a region, but not of its first one; other storages take anything.
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with s3.answers(f"the bucket {bucket} cannot be made"):
            try:
                s3.client(origin).create_bucket(Bucket=bucket, **where)
            except ClientError as error:
                if s3.code_of(error) not in OURS:  # somebody else was faster
                    raise
        made.append(bucket)
    return made
