"""Settings, read from the environment once, top to bottom.

The defaults are the embedded mode: one command on a laptop, with all state under `var/`. MODE=production needs its
secrets and hosts given and refuses to start without them.
"""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from spotify_lite import env, framework, keys, logs, places, stores

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.choice("MODE", "embedded", ("embedded", "production"))
EMBEDDED = MODE == "embedded"
DEBUG = env.boolean("DEBUG", False)
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured("DEBUG shows settings and code to everyone; production does without.")
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Secrets: generated in var/ on a laptop, given in production ---
if EMBEDDED:
    _own = keys.load(VAR_DIR)
    SECRET_KEY = env.text("SECRET_KEY", _own.secret_key)
    MEDIA_SIGNING_KEYS = env.mapping("MEDIA_SIGNING_KEYS") or _own.media_signing_keys
    MEDIA_SIGNING_KID = env.text("MEDIA_SIGNING_KID", next(iter(MEDIA_SIGNING_KEYS)))
else:
    SECRET_KEY = env.text("SECRET_KEY")
    MEDIA_SIGNING_KEYS = env.mapping("MEDIA_SIGNING_KEYS")
    MEDIA_SIGNING_KID = env.text("MEDIA_SIGNING_KID", next(iter(MEDIA_SIGNING_KEYS), ""))
SECRET_KEY_FALLBACKS = env.listing("SECRET_KEY_FALLBACKS", [])
if MEDIA_SIGNING_KID not in MEDIA_SIGNING_KEYS:
    raise ImproperlyConfigured("MEDIA_SIGNING_KEYS must hold kid:key pairs, and MEDIA_SIGNING_KID must name one.")
for _name, _given, _length in (
    ("SECRET_KEY", [SECRET_KEY], 50),
    ("SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS, 50),
    ("MEDIA_SIGNING_KEYS", list(MEDIA_SIGNING_KEYS.values()), 32),
):
    if _reason := keys.weakness(_given, length=_length):
        raise ImproperlyConfigured(f"{_name} {_reason}.")
if {SECRET_KEY, *SECRET_KEY_FALLBACKS} & set(MEDIA_SIGNING_KEYS.values()):
    raise ImproperlyConfigured("SECRET_KEY and MEDIA_SIGNING_KEYS must differ: edges know the latter.")

# --- Addresses ---
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, at_least=1)
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")  # scheme and host that clients use; the request's own when empty
REGION = env.text("REGION", "local")  # of this node; the balancer's X-Region says where a listener is
WEB_WORKERS = env.integer("WEB_WORKERS", 1, at_least=1)  # processes
WEB_THREADS = env.integer("WEB_THREADS", 8, at_least=1)  # a process, for Django; media needs none
WEB_NOTICE = env.integer("WEB_NOTICE", 0 if EMBEDDED else 5)  # seconds in which a balancer hears that this node leaves
_on_loopback = HOST in {"127.0.0.1", "::1", "localhost"}
# Wait behind all other calls: the clients of the first keep what is refused and resend, of the second nobody misses it.
PATIENT_PATHS = {"/api/v1/me/progress", "/api/v1/beacons"}
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if _on_loopback and EMBEDDED else [])
if not ALLOWED_HOSTS:
    if not EMBEDDED:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that clients use.")
    ALLOWED_HOSTS = ["*"]  # HOST opens the laptop to its own network, whose names for it we cannot know
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS", [PUBLIC_URL] if PUBLIC_URL else [])
PLAYER_ORIGINS = env.listing("PLAYER_ORIGINS", [PUBLIC_URL] if PUBLIC_URL else [])  # may fetch media cross-origin

# --- People ---
GUESTS = env.boolean("GUESTS", EMBEDDED)  # may one listen without an account?
SIGN_UP = env.boolean("SIGN_UP", EMBEDDED)
AUTH_USER_MODEL = "accounts.User"
GUEST_MERGE = "playback.guests.merge"  # what a guest leaves behind; accounts may not import playback
LISTENING_FORGET = "playback.listening.forget"  # what goes with an account
GUEST_IDLE = timedelta(days=30)  # a guest not seen for so long is swept
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)  # balancers in front, each of which adds to X-Forwarded-For

# How often a password may be tried (`accounts.throttling`); axes_reset_username and the admin let in at once.
AXES_HANDLER = "accounts.throttling.Handler"
AXES_FAILURE_LIMIT = 5  # an account, or a browser that is known
FAILURES_OF_ADDRESS = 20
AXES_COOLOFF_TIME = timedelta(minutes=15)  # since the last failure that was counted
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a stranger who goes on would close an account for ever
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_CLIENT_IP_CALLABLE = "accounts.clients.address"
AXES_LOCKOUT_CALLABLE = "accounts.views.entrance.refused"
AXES_SENSITIVE_PARAMETERS = [  # never kept or logged
    *("username", "ip_address", "csrfmiddlewaretoken", "device", "next"),
    *("password1", "password2", "new_password1", "new_password2"),
]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # who came and went is nobody's business
AXES_ENABLE_ADMIN = False  # accounts.admin shows what there is

# --- Django ---
INSTALLED_APPS = [
    "accounts.apps.DeskConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "spotify_lite",
    "accounts",
    "catalog",
    "playback",
]
MIDDLEWARE = [
    "spotify_lite.scrapes.Requests",
    "django.middleware.security.SecurityMiddleware",
    "spotify_lite.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "spotify_lite.compression.Pages",
    "accounts.sessions.Sessions",
    "spotify_lite.languages.Languages",
    "django.middleware.common.CommonMiddleware",
    "spotify_lite.methods.Methods",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "spotify_lite.problems.StrangeValues",
    "axes.middleware.AxesMiddleware",  # no query: it looks whether a sign-in was refused
]
ROOT_URLCONF = "spotify_lite.urls"
WSGI_APPLICATION = "spotify_lite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "spotify_lite" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Database ---
DATABASE_URL = env.text("DATABASE_URL")
# Milliseconds that PostgreSQL gives a statement; 0 is no limit, as commands need it. Compose gives a web node 2,000.
STATEMENT_TIMEOUT = env.integer("STATEMENT_TIMEOUT", 0)
DATABASES = {
    "default": (
        stores.server(DATABASE_URL, statement_timeout=STATEMENT_TIMEOUT)
        if DATABASE_URL
        else stores.sqlite(VAR_DIR / "spotify_lite.sqlite3")
    )
}
try:
    # Those of this REGION are read first.
    REPLICAS = places.replicas(env.listing("REPLICA_URLS", []), home=REGION, primary=DATABASE_URL)
except places.Wrong as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from None
DATABASE_ROUTERS: list[str] = []
if REPLICAS:
    DATABASES = stores.followed(DATABASES["default"], DATABASE_URL, REPLICAS)
    DATABASE_ROUTERS = ["spotify_lite.replicas.Router"]

# --- Cache and queue: Redis where there is one, else this machine ---
REDIS_URL = env.text("REDIS_URL")
BROKER_URL = env.text("BROKER_URL")
CACHES = stores.caches(REDIS_URL)
QUEUE_DIR = VAR_DIR / "queue"  # the file-system broker: who can write here runs tasks, so it is private

# --- Media ---
MEDIA_DIR = env.path("MEDIA_DIR", VAR_DIR / "media")
try:
    ORIGINS = places.origins(env.listing("ORIGINS", []))  # object storages, the home of all writes first; none: files
    EDGES = places.edges(env.listing("EDGES", []))  # POPs that serve what the origins hold
except places.Wrong as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from None
S3_ACCESS_KEY = env.text("S3_ACCESS_KEY")  # both empty: boto3 looks where it always does, such as the instance's role
S3_SECRET_KEY = env.text("S3_SECRET_KEY")
# Folder of MEDIA_DIR, or prefix in a bucket, of each kind of object. A signed path is the object's name in the bucket.
OBJECTS = {"masters": "masters", "renditions": "media", "covers": "covers"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_DIR}},
    "staticfiles": {"BACKEND": "spotify_lite.assets.HashedStorage"},
    **{
        alias: (
            {"BACKEND": "catalog.buckets.Bucket", "OPTIONS": {"origin": ORIGINS[0], "location": folder}}
            if ORIGINS
            else {"BACKEND": "catalog.folders.Folder", "OPTIONS": {"location": MEDIA_DIR / folder}}
        )
        for alias, folder in OBJECTS.items()
    },
}
MEDIA_SIGNER = env.choice("MEDIA_SIGNER", "hmac", ("hmac", "cloudfront"))  # how EDGES' addresses are signed
CLOUDFRONT_KEY_ID = env.text("CLOUDFRONT_KEY_ID")
CLOUDFRONT_KEY_FILE = env.text("CLOUDFRONT_KEY_FILE")  # the private key, PEM
COLD = env.choice("COLD", "web", ("web", "edge"))  # who serves first what no edge of the region has: this node, or it
HOT_DIR = env.path("HOT_DIR", Path("/dev/shm") if Path("/dev/shm").is_dir() else VAR_DIR) / "spotify-lite-hot"  # noqa: S108
HOT_BYTES = env.integer("HOT_BYTES", 256 * 1024**2)  # of objects that a web process keeps there
WORK_LEASE = env.integer("WORK_LEASE", 30, at_least=3)  # seconds of a worker's silence until another does its work
PACKAGING = env.choice("PACKAGING", "on_demand" if EMBEDDED else "eager", ("eager", "on_demand", "off"))
LADDER = env.integers("LADDER", [64, 128, 256], at_least=16, at_most=512)  # kbit/s of the AAC renditions
MEDIA_PROBE = "catalog.s3.is_home_reachable"  # what /readyz asks where there are ORIGINS
MEDIA_SERVER = "playback.media.serve"  # answers /media/ and /covers/ for the front; spotify_lite imports no app
DOCTOR_LOOKS = ["catalog.looks.findings", "playback.looks.findings"]  # beside the doctor's own
FRONT_STARTS = [  # beside each web process, once
    "spotify_lite.scrapes.listen",
    "spotify_lite.replicas.start",
    "playback.edges.watch",
    "playback.residents.watch",
    "playback.quality.watch",
]
TRACK_MEDIA = "playback.links.Links"  # signed URLs in the catalog's JSON; catalog may not import playback
DEMO_PENDING = VAR_DIR / "demo.pending"  # there from the first start until the demo catalog can be played

# --- Static files ---
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "spotify_lite.assets.BrowserLibraryFinder",
    "spotify_lite.icons.IconFinder",
]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # they are for our own pages
NODE_MODULES = BASE_DIR / "node_modules"
CSRF_FAILURE_VIEW = "spotify_lite.problems.csrf_failed"

# --- Passwords, cookies, headers ---
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.ListenerBackend"]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=365).total_seconds())  # a guest's listening hangs on it
CSRF_COOKIE_SAMESITE = "Lax"
BROWSER_COOKIE_NAME = "browser"  # `accounts.browsers`
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE
LANGUAGE_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin"  # a signed URL never leaks in a Referer
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not EMBEDDED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the balancer strips the client's own
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # the balancer asks the node itself
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    BROWSER_COOKIE_NAME = "__Host-browser"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a request body outside of file uploads
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
UPLOAD_LARGEST = env.integer("UPLOAD_LARGEST", 1024**3, at_least=1024)  # bytes of a file
# Where browsers reach the home storage, to which the desk lets them send files: it need not be where we reach it.
UPLOAD_ENDPOINT = env.text("UPLOAD_ENDPOINT", ORIGINS[0].endpoint if ORIGINS else "").rstrip("/")
UPLOADS_PER_HOUR = env.integer("UPLOADS_PER_HOUR", 0 if EMBEDDED else 1000)  # files a curator; 0 is no limit
UPLOAD_QUOTA = env.integer("UPLOAD_QUOTA", 0 if EMBEDDED else 50 * 1024**3)  # bytes a curator and day; 0 is no limit

# --- What is measured ---
METRICS_DIR = VAR_DIR / "metrics"  # of the processes of this node
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1")
METRICS_PORT = env.integer("METRICS_PORT", 0)  # where Prometheus reads /metrics: no balancer may lead there; 0 is none
METRICS_LOOKS = ["spotify_lite.gauges.measure", "catalog.backlog.measure", "playback.edges.measure"]  # at each scrape
BEACONS = env.boolean("BEACONS", True)  # do players tell how plays went, without saying who heard what?

# --- REST ---
REST_FRAMEWORK = framework.REST
SPECTACULAR_SETTINGS = framework.SCHEMA

# --- Logs ---
LOGGING = logs.LINES
