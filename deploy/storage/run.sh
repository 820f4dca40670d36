#!/bin/sh
# Runs one part of the object storage, SeaweedFS with three copies on four racks:
#
#   run.sh master | volume | filer | repair
#
# A volume server is one machine and one rack, so that no two copies share either. With four of them one can be lost
# and objects are still written three times; with three every write would fail from then on. The filer keeps the names
# of objects and speaks S3 beside it. `repair` makes the copies that are missing and ends; with REPAIR_EVERY (seconds)
# it goes on for ever.
#
# NAME    how the others reach a master or volume server       DATA    its folder, with its whole path
# BIND    the address that it listens on                       MASTER  host:port of the master
# PORT    its port; the one for gRPC is higher by 10,000       WEED    the program
set -eu

weed=${WEED:-weed}
here=$(cd "$(dirname "$0")" && pwd)
copies=020 # two more, on other racks
part=${1:?"which part: master, volume, filer or repair"}

repair() {
    printf 'lock\nvolume.fix.replication -apply\nunlock\n' | "$weed" shell -master="$MASTER"
}

case $part in
    master)
        # Its telemetry is off: the project speaks to nobody.
        exec "$weed" master -ip="$NAME" -ip.bind="$BIND" -port="$PORT" -mdir="$DATA" -peers=none \
            -defaultReplication=$copies -volumeSizeLimitMB="${VOLUME_MB:-10000}" -telemetry=false
        ;;
    volume)
        # "Untrusted" are to it all private addresses, also those of its own kind that it copies from.
        exec "$weed" volume -ip="$NAME" -ip.bind="$BIND" -port="$PORT" -dir="$DATA" -master="$MASTER" \
            -rack="$RACK" -max="${VOLUMES:-0}" -minFreeSpace="${MIN_FREE:-5}" \
            -volume.allowUntrustedRemoteEndpoints
        ;;
    filer)
        # Whoever reaches the filer itself reads and writes everything, and whoever reaches the second port of S3 may
        # make himself a key. The first therefore listens to its own machine only, and the second takes none but
        # clients with a certificate of an authority that lives in this folder and signs none.
        umask 077
        cd "$DATA"
        [ -f authority.key ] || openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=storage \
            -keyout authority.key -out authority.crt 2>openssl.log
        cat >security.toml <<END
[grpc]
ca = "$DATA/authority.crt"
[grpc.s3]
cert = "$DATA/authority.crt"
key = "$DATA/authority.key"
END
        "$here/identities.sh" >identities.json
        exec "$weed" filer -ip=127.0.0.1 -ip.bind=127.0.0.1 -port="$PORT" -master="$MASTER" \
            -defaultStoreDir="$DATA" -defaultReplicaPlacement=$copies -localSocket="$DATA/filer.sock" \
            -s3 -s3.ip.bind="$BIND" -s3.port="$S3_PORT" -s3.config="$DATA/identities.json" \
            -s3.localSocket="$DATA/s3.sock" -s3.iam=false -s3.autoCreateBucket=false \
            -s3.port.iceberg=0 -s3.port.lance=0
        ;;
    repair)
        repair
        while [ "${REPAIR_EVERY:-}" ]; do
            sleep "$REPAIR_EVERY"
            repair || echo "The next try is in $REPAIR_EVERY s."
        done
        ;;
    *)
        echo "There is no part $part." >&2
        exit 2
        ;;
esac
