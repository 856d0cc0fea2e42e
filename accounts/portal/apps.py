from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "accounts.portal"
    label = "portal"
    verbose_name = "Mijn LeerID"
