"""The order of what came last: ids are given in the order in which music comes."""

from django.db import models


class Newest(models.Func):
    """The negated id, so that an index can hold the newest first of some of the rows.

    An index on the id itself would hardly be used: the databases hold the primary key to be as good, and pass all rows
    that were hidden.
    """

    template = "(-%(expressions)s)"
    arity = 1
