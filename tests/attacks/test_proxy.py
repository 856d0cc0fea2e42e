"""The proxy in front: no upload on its disk, no name or token in its log."""

import re
from pathlib import Path

from django.conf import settings

CONF = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text()
MEGABYTE = 1024 * 1024


def values(directive: str) -> list[str]:
    return re.findall(rf"^ *{directive} +(.+);$", CONF, re.M)


def test_every_body_that_is_let_in_fits_in_memory() -> None:
    """nginx writes what does not fit to a temporary file, national numbers and all."""
    largest = values("client_max_body_size")
    assert largest == values("client_body_buffer_size")
    assert "proxy_request_buffering" not in CONF
    sizes = [int(size.removesuffix("m")) * MEGABYTE for size in largest]
    assert max(sizes) > settings.IMPORT_MAX_BYTES
    # A form of as many pupils as one batch may have, with three fields each.
    assert min(sizes) > settings.BATCH_LIMIT * 3 * len("student=123456789012345&")


def test_no_answer_gets_onto_the_proxys_disk() -> None:
    assert values("proxy_max_temp_file_size") == ["0"]
    assert values("proxy_cache") == ["off"]


def test_the_proxys_log_has_no_address_as_it_was_asked_for() -> None:
    [log] = re.findall(r"log_format loket ([^;]+);", CONF)
    logged = set(re.findall(r"\$(\w+)", log))
    assert "loket_path" in logged
    whole = {"request", "request_uri", "uri", "args", "query_string", "http_referer", "http_cookie"}
    assert logged & whole == set()
    assert set(values("access_log")) == {"/var/log/nginx/loket.log loket", "off"}
    assert {level.split()[-1] for level in values("error_log")} == {"crit"}


def test_the_proxys_log_has_only_paths_that_name_nobody() -> None:
    known = re.findall(r'^ +"(~?)([^"]+)" +\$uri;$', CONF, re.M)
    assert len(known) == 5

    def is_logged(path: str) -> bool:
        return any(re.search(text, path) if regex else path == text for regex, text in known)

    for path in ("/", "/999912/leerlingen/1207/", "/static/css/portal.css", "/aanmelden/vergeten/"):
        assert is_logged(path)
    for path in (
        "/mijn/suheda.carabin",
        "/mijn/vergeten/TOKEN/",
        "/aanmelden/vergeten/2-TOKEN/",
        "/suheda.carabin",
        "/999912/Süheda",
        "/999912/\nforged",
    ):
        assert not is_logged(path)
