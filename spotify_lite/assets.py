"""Serve browser libraries from an allow-list of what npm installed, and hash every static file's name."""

from whitenoise.storage import CompressedManifestStaticFilesStorage
from django.contrib.staticfiles.finders import FileSystemFinder


class HashedStorage(CompressedManifestStaticFilesStorage): ...


class BrowserLibraryFinder(FileSystemFinder): ...
