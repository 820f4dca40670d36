"""What the accounts' calls take, checked, and what they answer, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from spotify_lite import fields

DEVICE_LENGTH = 100  # characters


class CredentialsSerializer(serializers.Serializer[Any]):
    username = fields.WordsField(max_length=150)
    password = fields.WordsField(max_length=1024, trim_whitespace=False)
    device = fields.WordsField(max_length=DEVICE_LENGTH, required=False, allow_blank=True, default="")


class TokenSerializer(serializers.Serializer[Any]):
    prefix = serializers.CharField(help_text="The first characters, which name it.")
    device = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="For `Authorization: Token ...`; it is shown this once.")


class TokenListSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = TokenSerializer(many=True)


class NameSerializer(serializers.Serializer[Any]):
    username = serializers.CharField()


class MeSerializer(serializers.Serializer[Any]):
    listener = NameSerializer(allow_null=True, help_text="Who signed in; null for a guest and for nobody.")
    guest = serializers.BooleanField(help_text="Whether something was played here without an account.")
    csrf_token = serializers.CharField(help_text="For `X-CSRFToken` of unsafe calls that rely on the cookie.")
    server_time = serializers.DateTimeField(help_text="The clock that `at` of events is stamped with.")
    region = serializers.CharField()
