"""The vehicle screens."""

from django.urls import path, re_path

from aftersales.vehicles.views import listing, model_table, vehicle

app_name = "vehicles"
urlpatterns = [
    path("", listing.vehicles_page, name="list"),
    path("new/", vehicle.new_vehicle, name="new"),
    path("models/", model_table.models_page, name="models"),
    path("models/new/", model_table.new_model, name="new_model"),
    path("models/<int:model_id>/", model_table.change_model_page, name="change_model"),
    path("<slug:number>/", vehicle.vehicle_page, name="vehicle"),
    path("<slug:number>/edit/", vehicle.edit_vehicle, name="edit"),
    path("<slug:number>/parties/<int:party_id>/end/", vehicle.end_party, name="end_party"),
    re_path(
        r"^(?P<number>[\w-]{1,20})/(?P<command>give-plate|add-party|note-odometer|plan-service)/$",
        vehicle.vehicle_command,
        name="command",
    ),
]
