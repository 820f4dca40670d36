"""The names of the catalog, for devices that search by themselves."""

import gzip

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from catalog.api import serializers
from catalog.api.base import KEPT, CatalogView
from catalog.pocket import keeping
from spotify_lite.schema import problems

LOOKED_AFTER = 60  # seconds that a list of pieces is believed
FOR_EVER = 31_536_000  # seconds: a piece is named by its bytes


class Names(CatalogView):
    @extend_schema(
        operation_id="names_list",
        summary="List the pieces of the catalog's names",
        description="What a device needs to search by itself: `pieces` are all names at one moment, `changes` is one "
        "piece with all that has changed since, `letters` how other scripts are typed. Nothing yet: `version` is null. "
        "Where `of` is more than `tracks`, only the most played songs are there.",
        tags=["catalog"],
        responses={**KEPT, 200: serializers.NamesSerializer, **problems(401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        told = keeping.current() or keeping.NOTHING
        headers = {"Cache-Control": f"{_shared()}, max-age={LOOKED_AFTER}", "ETag": f'W/"{told["version"]}"'}
        if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers=headers)
        return Response(orjson.dumps(told), headers=headers)


class Piece(CatalogView):
    @extend_schema(
        operation_id="names_get",
        summary="Get a piece of the catalog's names",
        description="It never changes. Columns of rows; `catalog/pocket/packing.py` says how they are written.",
        tags=["catalog"],
        parameters=[OpenApiParameter("digest", location="path", description="As `GET names` lists it.")],
        responses={
            **KEPT,
            200: OpenApiResponse(OpenApiTypes.OBJECT, description="Compressed."),
            **problems(401, 404, 503),
        },
    )
    def get(self, request: HttpRequest, digest: str) -> HttpResponseBase:
        headers = {
            "Cache-Control": f"{_shared()}, max-age={FOR_EVER}, immutable",
            "ETag": f'"{digest}"',
            "Vary": "Accept-Encoding",
        }
        body = keeping.piece(digest)
        if body is None:
            raise Http404
        if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return HttpResponse(body, content_type="application/json", headers=headers)


def _shared() -> str:
    return "public" if settings.GUESTS else "private"
