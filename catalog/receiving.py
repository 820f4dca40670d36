"""Take uploaded files out of a request, bounded and hashed as they come; what is not kept leaves nothing behind."""

import hashlib
import tempfile
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLarge(Exception):
    """A file is larger than one may be."""


class Received(UploadedFile):
    """A file that has come in: on disk, without a name there, so that a killed process leaves nothing."""

    def __init__(self, file: BinaryIO, name: str, size: int, sha256: str) -> None:
        super().__init__(file, name, size=size)
        self.bytes = file
        self.sha256 = sha256


class Receiver(FileUploadHandler):
    """Django's handler for files of at most `largest` bytes each; raises TooLarge at the first byte beyond."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self._largest = largest
        self._file: Any = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - the request closes it
        self._sha256 = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self._largest:
            self._drop()
            raise TooLarge
        self._sha256.update(raw_data)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self._file.seek(0)
        whole, self._file = self._file, None
        return Received(whole, self.file_name or "", file_size, self._sha256.hexdigest())

    def upload_interrupted(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
