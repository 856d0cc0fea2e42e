from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "schoolloket.institutions"
    verbose_name = "Instellingen en beheerders"
