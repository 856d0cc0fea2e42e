"""No page may be stored by a browser or a proxy: every page may show data of minors (R5)."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin


class NoStoreMiddleware(MiddlewareMixin):
    """Add `Cache-Control: no-store` to every answer but two.

    Before this middleware WhiteNoise answers for static files, which may be cached, and
    SecurityMiddleware redirects to https, without a body.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        add_never_cache_headers(response)
        return response
