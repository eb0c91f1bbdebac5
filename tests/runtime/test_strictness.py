"""The strictness of the test runs is itself tested: a guard that guards nothing is worse than none."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from tests.conftest_strictness import ReadOnlyGetMiddleware, _Guard


def _writing_view(_request: HttpRequest) -> HttpResponse:
    ContentType.objects.create(app_label="x", model="y")
    return HttpResponse("written")


@pytest.mark.django_db
def test_a_get_that_writes_is_refused():
    with pytest.raises(AssertionError, match="a GET wrote: INSERT"):
        ReadOnlyGetMiddleware(_writing_view)(RequestFactory().get("/"))
    _Guard.seen = []


@pytest.mark.django_db
def test_a_post_may_write():
    assert ReadOnlyGetMiddleware(_writing_view)(RequestFactory().post("/")).status_code == 200


def test_an_undefined_template_variable_fails_the_test():
    with pytest.raises(pytest.fail.Exception):
        engines["django"].from_string("{{ nothing_of_that_name }}").render({})


@pytest.mark.django_db
def test_the_run_has_its_own_database_with_chinese_letters(settings):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('server_encoding'), '刹' ~ '^[[:alpha:]]$'")
        name, encoding, is_letter = cursor.fetchone()
    assert name.startswith("test_")
    assert encoding == "UTF8"
    assert is_letter
