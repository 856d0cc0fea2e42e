"""QR codes of sign-in URLs: as the few PDF operators that draw them, or as a path of SVG."""

import re
from dataclasses import dataclass

from PIL import Image
from zxingcpp import Barcode, BarcodeFormat, create_barcode

# Any of the eight masks reads the same. Trying all eight for the most even one costs six times
# the rest, and codes of 400 URLs, turned, blurred and noisy, were read no more often for it.
_MASK = 6
# White around a code on a page.
QUIET_MODULES = 4


def qr_operators(url: str) -> str:
    """Return operators that fill the unit square with the QR code of `url`, in the ink set.

    One bit per module as an inline image mask, without the quiet zone: keep four modules around it
    white. Raises ValueError where `url` is too long for a QR code (over 2,331 bytes).
    """
    modules = _code(url).to_image(scale=1, add_quiet_zones=False)
    side = modules.shape[0]
    bits = Image.fromarray(modules).convert("1", dither=Image.Dither.NONE).tobytes()
    return f"BI /W {side} /H {side} /IM true /BPC 1 /F /AHx ID {bits.hex()}> EI"


@dataclass(frozen=True, repr=False)
class QrPath:
    """A QR code as SVG: `path` draws its dark modules in a square of `side` units."""

    side: int
    path: str

    @property
    def view_box(self) -> str:
        """The `viewBox` of the SVG: the square with the quiet zone of four modules around it."""
        width = self.side + 2 * QUIET_MODULES
        return f"{-QUIET_MODULES} {-QUIET_MODULES} {width} {width}"


def qr_path(url: str) -> QrPath:
    """Return the QR code of `url` for a page. Raises ValueError as `qr_operators` does."""
    code = _code(url)
    side = code.to_image(scale=1, add_quiet_zones=False).shape[0]
    drawn = re.search(r'<path d="([^"]+)"', code.to_svg(add_quiet_zones=False))
    if drawn is None:
        raise ValueError("a QR code without modules")
    return QrPath(side, drawn[1])


def _code(url: str) -> Barcode:
    return create_barcode(url, BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
