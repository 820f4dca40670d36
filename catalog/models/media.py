"""The files behind the catalog: libraries and their files, masters, renditions and covers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.tracks import Track


class Library(models.Model):
    """A music folder of the operator's that is played in place."""

    root = models.CharField(_("folder"), max_length=4096, unique=True)  # absolute path

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def __str__(self) -> str:
        return self.root


class Master(models.Model):
    """The audio as it came in: one row for the same bytes, however many files hold them."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="masters", verbose_name=_("song"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)  # sha256 of size and the first and last 64 KiB
    sha256 = models.CharField(max_length=64, blank=True)  # of all bytes; of a file in place a worker fills it in
    storage_name = models.CharField(max_length=200, blank=True)  # in the storage "masters"; empty when in place
    container = models.CharField(_("container"), max_length=16)  # mp3, flac, ogg, mp4, wav, aiff: sniffed, no suffix
    codec = models.CharField(_("codec"), max_length=16)  # mp3, flac, vorbis, opus, aac, alac, pcm
    bitrate = models.PositiveIntegerField(_("kbit/s"), null=True)
    sample_rate = models.PositiveIntegerField(_("sample rate"), null=True)  # Hz
    channels = models.PositiveSmallIntegerField(_("channels"), null=True)
    bit_depth = models.PositiveSmallIntegerField(_("bit depth"), null=True)
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    size = models.PositiveBigIntegerField(_("size"))  # bytes

    class Meta:
        verbose_name = _("master")
        verbose_name_plural = _("masters")
        indexes = [
            models.Index(fields=["fingerprint"], name="master_fingerprint"),
            models.Index(fields=["sha256"], name="master_sha256", condition=~models.Q(sha256="")),
            models.Index(fields=["id"], name="master_unhashed", condition=models.Q(sha256="", storage_name="")),
            models.Index(fields=["storage_name"], name="master_stored", condition=~models.Q(storage_name="")),
        ]


class LibraryFile(models.Model):
    """What the last scan saw at a path: unchanged files (size, mtime) are not read again, unreadable ones neither."""

    library = models.ForeignKey(
        Library, on_delete=models.CASCADE, related_name="files", db_index=False, verbose_name=_("library")
    )
    path = models.CharField(_("path"), max_length=4096)  # relative to the library's root
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    mtime_ns = models.BigIntegerField()
    master = models.ForeignKey(
        Master, on_delete=models.SET_NULL, null=True, blank=True, related_name="files", verbose_name=_("master")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # why it could not be read, in words
    missing = models.BooleanField(_("missing"), default=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [models.UniqueConstraint(fields=["library", "path"], name="library_file_unique")]

    def __str__(self) -> str:
        return self.path


class Rendition(models.Model):
    """What is served of a track. The row is written last: a rendition that has a row can be played."""

    track = models.ForeignKey(
        Track, on_delete=models.CASCADE, related_name="renditions", db_index=False, verbose_name=_("song")
    )
    master = models.ForeignKey(Master, on_delete=models.CASCADE, related_name="renditions", verbose_name=_("master"))
    name = models.CharField(_("name"), max_length=16)  # source, aac64, aac128, aac256
    key = models.CharField(_("key"), max_length=64)  # hex; the path of the signed URL. Equal bytes share it
    extension = models.CharField(max_length=8)
    mime = models.CharField(_("type"), max_length=64)  # with codecs, as RFC 6381 writes them
    bitrate = models.PositiveIntegerField(_("kbit/s"), null=True)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    file = models.ForeignKey(LibraryFile, on_delete=models.SET_NULL, null=True, blank=True)  # served in place
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [models.UniqueConstraint(fields=["track", "name"], name="rendition_unique")]
        indexes = [models.Index(fields=["key"], name="rendition_key")]  # the web node's media lookup


class SegmentTable(models.Model):
    """Where the segments of a fragmented MP4 lie: what HLS and DASH manifests are made of (ISO 14496-12, `sidx`)."""

    rendition = models.OneToOneField(Rendition, on_delete=models.CASCADE, primary_key=True, related_name="table")
    index_start = models.PositiveIntegerField()  # bytes before the sidx: ftyp and moov, which start a decoder
    init_size = models.PositiveIntegerField()  # bytes before the first segment: ftyp, moov, sidx
    timescale = models.PositiveIntegerField()  # ticks a second
    segments = models.JSONField()  # [[bytes, ticks], ...] in order; with init_size they add up to the rendition's size


class Measurement(models.Model):
    """What a decode of the whole master has measured. Written with the AAC ladder of the same decode."""

    master = models.OneToOneField(Master, on_delete=models.CASCADE, primary_key=True, related_name="measurement")
    fingerprint = models.CharField(max_length=64)  # the master's then: of other bytes it says nothing
    recipe = models.PositiveSmallIntegerField()  # `catalog.ladder.RECIPE` then
    steps = models.CharField(max_length=64)  # settings.LADDER then, `64,128,256`
    samples = models.PositiveBigIntegerField()  # a channel, exactly
    sample_rate = models.PositiveIntegerField()  # Hz
    loudness_lufs = models.FloatField(null=True)  # integrated, EBU R128; null for silence, and below 0.4 s
    true_peak_dbtp = models.FloatField(null=True)  # ITU-R BS.1770; null for silence
    waveform = models.BinaryField()  # 1,000 bytes at most: the peaks of equal stretches, 255 is full scale
    created_at = models.DateTimeField()


class Placement(models.Model):
    """An object of the home bucket that another region's bucket holds too, whole: written after it was compared."""

    name = models.CharField(
        max_length=200
    )  # in the bucket: media/<aa>/<key>.<extension>, covers/<aa>/<key>/<size>.webp
    region = models.CharField(max_length=32)
    size = models.PositiveBigIntegerField()  # bytes
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "region"], name="placement_unique")]


class Sweep(models.Model):
    """When the objects under a prefix were last compared with the rows that name them; see `catalog.orphans`."""

    prefix = models.CharField(max_length=2, primary_key=True)
    at = models.DateTimeField()


class BucketObject(models.Model):
    """What the last import saw under a name in a bucket: what is as it was is not fetched again."""

    bucket = models.CharField(max_length=255)
    name = models.CharField(max_length=1024)
    etag = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField()  # bytes
    reason = models.CharField(max_length=300, blank=True)  # why it could not be read, in words

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "name"], name="bucket_object_unique")]

    def __str__(self) -> str:
        return f"{self.bucket}/{self.name}"


class Cover(models.Model):
    """A picture whose sizes are cut and can be served. Written last."""

    key = models.CharField(max_length=64, primary_key=True)  # sha256 of the picture as found
    tint = models.CharField(max_length=8)  # the nearest of the eight washes of app.css
    created_at = models.DateTimeField()
