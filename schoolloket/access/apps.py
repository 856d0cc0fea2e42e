from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "schoolloket.access"
    verbose_name = "Toegang"
