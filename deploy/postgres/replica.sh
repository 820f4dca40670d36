#!/bin/sh
# Runs a replica: copies the primary first where there is nothing yet, then follows it. Arguments go to the server.
#
# PGDATA  its folder, in one that it may write to       PRIMARY_HOST, PRIMARY_PORT, REPLICATION_PASSWORD  the primary's
# REPLICA_SLOT  its name at the primary, which keeps the log for it: two replicas need two
set -eu
umask 077
export PGPASSWORD="${REPLICATION_PASSWORD:?}"
host="${PRIMARY_HOST:?}" port="${PRIMARY_PORT:-5432}" slot="${REPLICA_SLOT:-replica}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # Under another name until it is whole: a copy that was killed half-way must not be started. A primary that was
    # a replica itself has no slot yet.
    until rm -rf "$PGDATA.part" \
        && pg_receivewal --host="$host" --port="$port" --username=replication --no-password --slot="$slot" \
            --create-slot --if-not-exists \
        && pg_basebackup --host="$host" --port="$port" --username=replication --no-password --slot="$slot" \
            --pgdata="$PGDATA.part" --wal-method=stream --write-recovery-conf --checkpoint=fast; do
        echo "The primary cannot be copied yet." >&2
        sleep 1
    done
    rm -rf "$PGDATA"
    mv "$PGDATA.part" "$PGDATA"
fi
exec postgres "$@"
