"""From a stored paper to a PDF, by typst: no network, no files but our own templates, no system fonts."""

from __future__ import annotations

import importlib.util
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from aftersales.printing.models import Paper

TEMPLATES = Path(__file__).parent / "templates" / "typst"
NO_PACKAGES = TEMPLATES / "no-packages"  # does not exist: `@preview` imports find nothing and fetch nothing


def render_pdf(paper: Paper, copy_number: int = 0) -> bytes:
    """Return the PDF of a stored paper; 0 is the original, n the n-th copy, marked as such on every page.

    The same paper and copy number always give the same bytes. Raises typst.TypstError for a payload its template
    cannot read.
    """
    return render_payload(
        template=paper.template,
        payload=paper.payload,
        language=paper.language,
        number=paper.number,
        sha256=paper.sha256,
        copy_number=copy_number,
        issued_seconds=int(paper.issued_at.timestamp()),
    )


def render_payload(
    *,
    template: str,
    payload: dict[str, Any],
    language: str,
    number: str,
    sha256: str,
    copy_number: int = 0,
    issued_seconds: int = 0,
) -> bytes:
    """Return the PDF of a payload by one of the templates in templates/typst."""
    import typst

    result = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        package_path=str(NO_PACKAGES),
        package_cache_path=str(NO_PACKAGES),
        timestamp=issued_seconds,
        sys_inputs={
            "payload": json.dumps(payload, ensure_ascii=False),
            "language": language,
            "number": number,
            "hash": sha256[:16],
            "copy": str(copy_number),
            "qr": qr_svg(number),
            "barcode": barcode_svg(number),
        },
    )
    return bytes(result)


@cache
def _fonts() -> Any:
    import typst

    found = importlib.util.find_spec("manimgx_fonts_cjk")
    if found is None or found.origin is None:
        raise RuntimeError("the font package manimgx-fonts-cjk is not installed")
    # Reading the 32 MB collection costs 50 ms; once per process.
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(Path(found.origin).parent)]
    )


def qr_svg(text: str) -> str:
    """Return the text as a QR code in SVG, or an empty string for no text."""
    if not text:
        return ""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def barcode_svg(text: str) -> str:
    """Return the text as Code 128 in SVG for a scanner; empty for no text or letters Code 128 does not have."""
    if not text or not text.isascii():
        return ""
    import barcode
    from barcode.writer import SVGWriter

    out = io.BytesIO()
    barcode.get("code128", text, writer=SVGWriter()).write(
        out, options={"write_text": False, "module_height": 8.0, "quiet_zone": 0.5, "module_width": 0.25}
    )
    return out.getvalue().decode()
