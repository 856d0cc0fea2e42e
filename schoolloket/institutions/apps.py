from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "schoolloket.institutions"
    verbose_name = "Instellingen en beheerders"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415
        from .second_factor import checks  # noqa: F401, PLC0415
        from .second_factor import receivers as factor_receivers  # noqa: F401, PLC0415
        from .single_sign_on import receivers as provider_receivers  # noqa: F401, PLC0415
