"""The API root: one router an app, OpenAPI at /api/docs."""

from aftersales import __version__
from aftersales.doors.root import make_api

api = make_api(
    title="aftersales",
    version=__version__,
    description="The after-sales service system: every step and every master that the screens have.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("/appointments", "aftersales.appointments.api.router")
api.add_router("/cases", "aftersales.care.api.case_router")
api.add_router("/follow-ups", "aftersales.care.api.follow_up_router")
api.add_router("/repair-orders", "aftersales.repairs.api.router")
api.add_router("", "aftersales.billing.api.router")
