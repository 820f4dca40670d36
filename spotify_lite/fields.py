"""Serializer fields that take their own JSON type only: no number in quotes, no `true` for 1, no 1.0 for 1."""

from typing import Any

from rest_framework import serializers


class WholeField(serializers.IntegerField):
    """A JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class TruthField(serializers.BooleanField):
    """`true` or `false`."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class WordsField(serializers.CharField):
    """A JSON string, without the space around it."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
