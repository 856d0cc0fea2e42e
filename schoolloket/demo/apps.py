from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo schools. Installed only where the environment has DEMO=1."""

    name = "schoolloket.demo"
    label = "demo"
