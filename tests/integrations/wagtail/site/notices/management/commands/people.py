"""The people of the test's site: an editor who may publish, a supervisor who may override besides."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from wagtail.models import Page, Site


class Command(BaseCommand):
    def handle(self, *args, **options):
        supervisors = Group.objects.create(name="Supervisors")
        supervisors.permissions.add(Permission.objects.get(content_type__app_label="deident", codename="override"))
        for name, groups in (("editor", ["Moderators"]), ("supervisor", ["Moderators", "Supervisors"]), ("writer", ["Editors"])):
            user = get_user_model().objects.create_user(name, f"{name}@example.invalid", "word for the test")
            user.groups.add(*Group.objects.filter(name__in=groups))
            user.user_permissions.add(*Permission.objects.filter(content_type__app_label="notices"))
        root = Page.objects.get(depth=2)
        Site.objects.update(root_page=root, hostname="127.0.0.1")
