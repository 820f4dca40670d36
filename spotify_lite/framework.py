"""What Django REST framework and the description of the API are set to: the same everywhere."""

REST = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.ListenerAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.Listening"],
    "DEFAULT_PARSER_CLASSES": ["spotify_lite.rest.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["spotify_lite.rest.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "spotify_lite.schema.Schema",
    "EXCEPTION_HANDLER": "spotify_lite.rest.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SCHEMA = {
    "TITLE": "Spotify Lite",
    "DESCRIPTION": "Find and play music.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
