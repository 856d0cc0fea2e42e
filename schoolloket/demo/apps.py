from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo school. Installed only where the environment says DEMO=1."""

    name = "schoolloket.demo"
    label = "demo"
