"""One page that asks the database, for the tests of `serve`."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def alive(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'alive'")
        return HttpResponse(cursor.fetchone()[0])


urlpatterns = [path("alive", alive)]
