"""`aftersales createadmin`: the first system, security and audit administrators, three different people."""

import secrets

import click

from aftersales.config.commands.ready import pending_migrations, ready

_KINDS = ("system", "security", "audit")


@click.command()
@click.option("--kind", type=click.Choice(_KINDS), default="system", show_default=True)
@click.option("--username", prompt=True)
@click.option("--name", prompt="Full name")
@click.option("--generate", is_flag=True, help="Make a password and print it once, instead of asking.")
def createadmin(kind: str, username: str, name: str, generate: bool) -> None:
    """Make the first administrator of a kind. Later ones are made on the site, where it is kept who made them."""
    with ready():
        if pending_migrations():
            raise click.ClickException("The tables are not there yet: run `aftersales migrate`.")
        password = secrets.token_urlsafe(15) if generate else _asked_password(username, name)
        _create(kind, username, name, password)
    click.echo(f"{name} can sign in as {username}.")
    if generate:
        click.echo(f"Password (shown once): {password}")


def _asked_password(username: str, name: str) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from aftersales.accounts.models import User

    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        validate_password(password, User(username=username, name=name))
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from error
    return password


def _create(kind: str, username: str, name: str, password: str) -> None:
    from django.db import transaction
    from django.utils import timezone

    from aftersales.accounts.models import Membership, Role, User
    from aftersales.accounts.services import load_roles

    load_roles()
    with transaction.atomic():
        role = Role.objects.select_for_update().get(administrator_kind=kind)
        if Membership.objects.filter(role=role).exists():
            raise click.ClickException(f"There is a {kind} administrator already.")
        if User.objects.filter(username=username).exists():
            raise click.ClickException(f"The name {username} is taken; each administrator is another person.")
        user = User.objects.create_user(username, password, name=name)
        Membership.objects.create(user=user, role=role, administrator_kind=kind, since_on=timezone.localdate())
