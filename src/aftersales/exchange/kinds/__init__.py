"""What each kind of file brings: how its rows are judged, and how they are written."""

from aftersales.exchange.kinds.base import Figures, Judged, Kind, Prepared, Source
from aftersales.exchange.kinds.table import KINDS, kind_named

__all__ = ["KINDS", "Figures", "Judged", "Kind", "Prepared", "Source", "kind_named"]
