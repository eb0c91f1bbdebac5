"""Sign-in pages under /accounts/. The library's sign-up, e-mail and password-mail pages are left out on purpose."""

from allauth.account import views as account_views
from django.urls import include, path

from aftersales.accounts.views import own

urlpatterns = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", own.change_password, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", own.sessions, name="account_sessions"),
    path("sessions/<slug:handle>/end/", own.end_session, name="account_end_session"),
]
