"""The repair order, its lines, and the records that hang on it."""

from aftersales.repairs.models.lines import OrderLine, WorkSession
from aftersales.repairs.models.order import (
    Concern,
    ConsentRecord,
    Departure,
    Estimate,
    ProgressNotice,
    QualityCheck,
    ReceivingForm,
    RepairOrder,
)

__all__ = [
    "Concern",
    "ConsentRecord",
    "Departure",
    "Estimate",
    "OrderLine",
    "ProgressNotice",
    "QualityCheck",
    "ReceivingForm",
    "RepairOrder",
    "WorkSession",
]
