from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"
    verbose_name = "Aanmeldgegevens"

    def ready(self) -> None:
        """Register the checks, which need the models."""
        from credentials import checks  # noqa: F401, PLC0415
