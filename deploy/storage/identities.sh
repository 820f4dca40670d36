#!/bin/sh
# Prints who may do what in the object storage, as JSON for SeaweedFS, from keys in the environment: the nodes read and
# write everything, the edges read what is served. Masters have a bucket of their own, to which no edge has a key.
set -eu

for key in "${S3_ACCESS_KEY:?}" "${S3_SECRET_KEY:?}" "${EDGE_ACCESS_KEY:?}" "${EDGE_SECRET_KEY:?}" "${BUCKET:?}"; do
    case $key in
        *[!A-Za-z0-9+/=_.-]*)
            echo "Keys of the storage are letters, digits and + / = _ . - only." >&2
            exit 1
            ;;
    esac
done

cat <<END
{
  "identities": [
    {
      "name": "nodes",
      "credentials": [{"accessKey": "$S3_ACCESS_KEY", "secretKey": "$S3_SECRET_KEY"}],
      "actions": ["Admin"]
    },
    {
      "name": "edges",
      "credentials": [{"accessKey": "$EDGE_ACCESS_KEY", "secretKey": "$EDGE_SECRET_KEY"}],
      "actions": ["Read:$BUCKET/media/*", "Read:$BUCKET/covers/*"]
    }
  ]
}
END
