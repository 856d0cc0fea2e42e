from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "schoolloket.institutions"
    verbose_name = "Instellingen en beheerders"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415
