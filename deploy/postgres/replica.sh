#!/bin/sh
# Runs a replica: copies the primary first where there is nothing yet, then follows it. Arguments go to the server.
#
# PGDATA  its folder, in one that it may write to       PRIMARY_HOST, PRIMARY_PORT, REPLICATION_PASSWORD  the primary's
set -eu
umask 077
export PGPASSWORD="${REPLICATION_PASSWORD:?}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # Under another name until it is whole: a copy that was killed half-way must not be started.
    until rm -rf "$PGDATA.part" && pg_basebackup --pgdata="$PGDATA.part" --host="${PRIMARY_HOST:?}" \
        --port="${PRIMARY_PORT:-5432}" --username=replication --no-password --slot=replica --wal-method=stream \
        --write-recovery-conf --checkpoint=fast; do
        echo "The primary cannot be copied yet." >&2
        sleep 1
    done
    rm -rf "$PGDATA"
    mv "$PGDATA.part" "$PGDATA"
fi
exec postgres "$@"
