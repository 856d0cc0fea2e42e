"""What every answer tells the browser: to keep nothing, and to let nothing and nobody else in."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

# What a page could ask of the device. None of ours does, so neither does what got into one.
NEVER_ASKED = [
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
]
PERMISSIONS_POLICY = ", ".join(f"{device}=()" for device in NEVER_ASKED)


class IsolationMiddleware(MiddlewareMixin):
    """Keep other sites and the devices of the browser out of every answer, static files included.

    The first of all middleware, so that no answer is given before it. Other headers of the kind
    are SecurityMiddleware's.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response


class NoStoreMiddleware(MiddlewareMixin):
    """Add `Cache-Control: no-store` to every answer but two: any page may show minors' data (R5).

    Before this middleware WhiteNoise answers for static files, which may be cached, and
    SecurityMiddleware redirects to https, without a body.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        add_never_cache_headers(response)
        return response
