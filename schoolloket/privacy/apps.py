from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "schoolloket.privacy"
    verbose_name = "Privacy"
