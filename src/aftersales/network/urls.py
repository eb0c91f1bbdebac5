"""Addresses of the network's pages; they hang below `administration:`."""

from django.urls import path

from aftersales.network.views import masters

urlpatterns = [
    path("stations/", masters.stations, name="stations"),
    path("stations/new/", masters.open_station, name="open_station"),
    path("stations/<int:station_id>/", masters.station, name="station"),
    path("stations/<int:station_id>/change/", masters.change_station, name="change_station"),
    path("stations/<int:station_id>/hours/", masters.opening_hours, name="opening_hours"),
    path("stations/<int:station_id>/bays/new/", masters.add_bay, name="add_bay"),
    path("stations/<int:station_id>/teams/new/", masters.add_team, name="add_team"),
    path("bays/<int:bay_id>/", masters.change_bay, name="change_bay"),
    path("teams/<int:team_id>/", masters.change_team, name="change_team"),
    path("regions/new/", masters.add_region, name="add_region"),
    path("regions/<int:region_id>/", masters.change_region, name="change_region"),
    path("headquarters/<int:headquarters_id>/", masters.change_headquarters, name="change_headquarters"),
]
