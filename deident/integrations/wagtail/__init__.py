"""deident in Wagtail: nothing goes live before it was checked (docs/wagtail.md).

    INSTALLED_APPS += ["deident.integrations.wagtail"]
    MIDDLEWARE += ["deident.integrations.wagtail.middleware.StoppedMiddleware"]

The way of a publication: `guard` stands in the one action through which Wagtail publishes; it has `door` judge what `content` reads
from the object; `views` shows the list, masks, and lets a supervisor override.
"""
