from django.urls import path

from aftersales.insight.views.board import board_page

app_name = "insight"
urlpatterns = [path("", board_page, name="board")]
