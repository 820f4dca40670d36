#!/bin/sh
# Makes what a new, empty primary needs, once: the service's role and database, and a role for replicas.
# The image of PostgreSQL runs it from /docker-entrypoint-initdb.d.
#
# POSTGRES_USER         the superuser         POSTGRES_PASSWORD     its password (PGPASSWORD, where it is asked for)
# DATABASE_PASSWORD     the service's         REPLICATION_PASSWORD  the replica's
set -eu
: "${DATABASE_PASSWORD:?}" "${REPLICATION_PASSWORD:?}"

# Passwords go through the environment: arguments could be read by everybody on the machine.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --no-password --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL' >/dev/null
\getenv database_password DATABASE_PASSWORD
\getenv replication_password REPLICATION_PASSWORD
CREATE ROLE spotify_lite LOGIN PASSWORD :'database_password';
GRANT pg_monitor TO spotify_lite; -- `doctor` tells how far replicas are behind
CREATE DATABASE spotify_lite OWNER spotify_lite;
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'replication_password';
SQL
