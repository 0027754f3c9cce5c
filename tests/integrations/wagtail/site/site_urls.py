"""URLs of the test's site."""

from django.conf import settings
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls
from wagtail.api.v3.urls import api
from wagtail.documents import urls as document_urls

urlpatterns = [
    path("admin/", include(admin_urls)),
    path("api/v3/", api.urls),
    path("documents/", include(document_urls)),
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    *staticfiles_urlpatterns(),
    path("", include(wagtail_urls)),
]
