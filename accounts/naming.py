"""How a text names a pupil among others."""

from students.models import Enrolment


def name_and_class(enrolment: Enrolment) -> str:
    """Return the pupil as a warning names one: `Sam Smets (4B)`, or the name alone."""
    if not enrolment.class_code:
        return enrolment.full_name
    return f"{enrolment.full_name} ({enrolment.class_code})"
