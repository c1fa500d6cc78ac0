"""The marks of days, told apart by their shapes alone, and the hatching of what is not known. Drawn once a page."""

from finews_spider.overview.days import LEVELS

CELL = 24  # units of a day's place


def _square(side: float, name: str, kind: str) -> str:
    start = (CELL - side) / 2
    return f'<rect id="{name}" class="{kind}" x="{start:g}" y="{start:g}" width="{side:g}" height="{side:g}"/>'


_SIDES = (7, 11, 15, 19)
_FULL = [_square(side, f"full{level}", "ink") for level, side in enumerate(_SIDES, 1)]
_HOLLOW = [_square(side - 2, f"hollow{level}", "line") for level, side in enumerate(_SIDES, 1)]
assert len(_SIDES) == LEVELS
SYMBOLS = f"""<svg class="symbols" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse">\
<path class="thin" d="M-1 1 1-1M0 5 5 0M4 6 6 4"/></pattern>
{"".join(_FULL)}
{"".join(_HOLLOW)}
<circle id="quiet" class="line" cx="12" cy="12" r="4.5"/>
<path id="gone" class="alert" d="M4 6H20L12 20Z"/>
<path id="failed" class="alert-line" d="M6 6 18 18M18 6 6 18"/>
<path id="withdrawn" class="line" d="M12 5 19 12 12 19 5 12Z"/>
<path id="unread" class="thin" d="M3 13 13 3M3 21 21 3M11 21 21 11"/>
<path id="part" class="line" d="M5 5H19V19H5ZM5 19 19 5"/>
<path id="beyond" class="line" d="M8 12H16"/>
<circle id="today" class="ink" cx="12" cy="12" r="2"/>
<path id="alert" class="corner" d="M14 1H23V10Z"/>
</defs></svg>"""
