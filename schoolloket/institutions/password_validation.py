"""Which passwords managers may have: Django's own rules, told as the desk tells everything.

The library's Dutch says "uw", and some of its messages are English.
"""

from django.contrib.auth import password_validation as django


class NotLikeTheManager(django.UserAttributeSimilarityValidator):
    """No password that resembles what the settings name of the manager: name, e-mail address."""

    def get_error_message(self) -> str:
        return "Dit wachtwoord lijkt te veel op je naam of je e-mailadres."

    def get_help_text(self) -> str:
        return "Niet je naam of je e-mailadres."


class LongEnough(django.MinimumLengthValidator):
    """No password shorter than `min_length`."""

    def get_error_message(self) -> str:
        return f"Kies een langer wachtwoord: minstens {self.min_length} tekens."

    def get_help_text(self) -> str:
        return f"Minstens {self.min_length} tekens: een paar woorden na elkaar onthoud je goed."


class NotCommon(django.CommonPasswordValidator):
    """None of the passwords that many people use."""

    def get_error_message(self) -> str:
        return "Dit wachtwoord gebruiken veel mensen. Kies iets van jezelf."

    def get_help_text(self) -> str:
        return "Geen wachtwoord dat veel mensen gebruiken."


class NotOnlyDigits(django.NumericPasswordValidator):
    """No password of digits only."""

    def get_error_message(self) -> str:
        return "Gebruik ook letters of andere tekens, niet alleen cijfers."

    def get_help_text(self) -> str:
        return "Niet alleen cijfers."
