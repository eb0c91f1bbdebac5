"""The kit's own addresses: the theme switch, and the styleguide while developing."""

from django.urls import path

from aftersales.web.views.styleguide import styleguide
from aftersales.web.views.theme import theme

app_name = "web"
urlpatterns = [
    path("theme/", theme, name="theme"),
    path("styleguide/", styleguide, name="styleguide"),
    path("styleguide/<slug:part>/", styleguide, name="styleguide-part"),
]
