from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "schoolloket.identity"
    verbose_name = "Wie is wie"
