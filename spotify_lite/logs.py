"""What is logged, and how: one line each on standard error."""

import logging
from typing import Any

BUSY = 503  # an answer, not an accident: not ready yet, busy, a dependency away


def is_accident(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", 0) != BUSY


LINES: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"accidents": {"()": "django.utils.log.CallbackFilter", "callback": is_accident}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["accidents"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "accounts": {"level": "INFO"},
        "catalog": {"level": "INFO"},
        "playback": {"level": "INFO"},
        "spotify_lite": {"level": "INFO"},
        "kombu.connection": {"level": "ERROR"},  # warns that folders have no host name
    },
}
