#!/bin/sh
# Runs Redis with a configuration file and the password of the environment; further arguments are settings.
#
#   REDIS_PASSWORD=... run.sh cache.conf --port 6380
set -eu
config=$1
shift
# By standard input, since arguments could be read by everybody on the machine.
exec redis-server - "$@" <<END
$(cat "$config")
requirepass ${REDIS_PASSWORD:?}
END
