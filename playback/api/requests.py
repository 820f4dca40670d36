"""Check the body of a press of play by hand: a serializer would be a tenth of the call."""

from typing import Any
from uuid import UUID

from rest_framework import exceptions

from playback import merging
from playback.api.serializers import DEVICE_LENGTH


def press(body: Any) -> tuple[UUID | None, str]:
    """Return the play id and the device of what `PlayRequestSerializer` describes; raise ValidationError."""
    if not isinstance(body, dict):
        raise exceptions.ValidationError({"non_field_errors": ["An object is needed."]})
    errors: dict[str, list[str]] = {}
    raw_id, device = body.get("play_id"), body.get("device", "")
    play_id = merging.uuid_of(raw_id)
    if play_id is None and raw_id is not None:
        errors["play_id"] = ["A UUID is needed."]
    device = device.strip() if isinstance(device, str) else None
    if device is None or "\0" in device or len(device) > DEVICE_LENGTH:
        errors["device"] = [f"Text of up to {DEVICE_LENGTH} characters is needed."]
    if errors:
        raise exceptions.ValidationError(errors)
    return play_id, device or ""
