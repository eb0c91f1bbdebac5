"""Addresses of the people's pages and the calendar; they hang below `administration:`."""

from django.urls import path

from aftersales.staff.views import calendar, members

urlpatterns = [
    path("people/", members.members, name="members"),
    path("people/<int:member_id>/", members.member, name="member"),
    path("people/<int:member_id>/shifts/", members.shifts, name="shifts"),
    path("people/<int:member_id>/certificates/new/", members.add_certificate, name="add_certificate"),
    path("certificates/<int:certificate_id>/", members.change_certificate, name="change_certificate"),
    path("stations/<int:station_id>/people/new/", members.add_member, name="add_member"),
    path("stations/<int:station_id>/calendar/", calendar.calendar, name="calendar"),
    path("calendar/", calendar.calendar, name="network_calendar"),
    path("calendar/official/<int:year>/", calendar.load_official_days, name="load_official_days"),
    path("calendar/days/<int:day_id>/remove/", calendar.remove_day, name="remove_day"),
]
