"""Addresses of the administrators' pages; they hang below `administration:`."""

from django.urls import path

from aftersales.accounts.views import roles, users

urlpatterns = [
    path("users/", users.users, name="users"),
    path("users/new/", users.add_user, name="add_user"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("users/<int:user_id>/close/", users.close_user, name="close_user"),
    path("users/<int:user_id>/reopen/", users.reopen_user, name="reopen_user"),
    path("users/<int:user_id>/password/", users.renew_password, name="renew_password"),
    path("users/<int:user_id>/roles/new/", users.give_role, name="give_role"),
    path("users/<int:user_id>/sessions/<slug:handle>/end/", users.end_session, name="end_session"),
    path("memberships/<int:membership_id>/end/", users.end_role, name="end_role"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<int:role_id>/", roles.role, name="role"),
    path("tokens/", roles.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", roles.revoke_token, name="revoke_token"),
]
