"""The grid of a picture password, as the page shows it: also without JavaScript."""

from django.http import QueryDict

from accounts.pictures import BY_SLUG, PASSWORD_LENGTH, Picture


def chosen(posted: QueryDict) -> list[Picture]:
    """Return the pictures chosen so far, in order: those posted, one more, or one less."""
    slugs = [*posted.getlist("picture"), *posted.getlist("add")]
    pictures = [BY_SLUG[slug] for slug in dict.fromkeys(slugs) if slug in BY_SLUG]
    if "back" in posted:
        pictures = pictures[:-1]
    return pictures[:PASSWORD_LENGTH]
