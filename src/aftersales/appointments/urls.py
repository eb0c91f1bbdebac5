"""The screens of bookings, below /appointments/."""

from django.urls import path

from aftersales.appointments.views import booking, day

app_name = "appointments"
urlpatterns = [
    path("", day.day_page, name="list"),
    path("new/", booking.new_booking, name="new"),
    path("requests/", day.requests_page, name="requests"),
    path("arrivals/", day.arrivals_page, name="arrivals"),
    path("arrivals/note/", day.note_arrival, name="note_arrival"),
    path("arrivals/<int:arrival_id>/left/", day.note_left, name="note_left"),
    path("<slug:number>/", booking.booking_page, name="booking"),
    path("<slug:number>/slip/", booking.booking_slip, name="slip"),
    path("<slug:number>/steps/<slug:step>/", booking.booking_step, name="step"),
]
