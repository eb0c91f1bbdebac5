"""The database wrapper: as Django's, but a kept connection is checked by looking at its socket."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection has nothing to say between two requests; when it has, the server is telling that it is gone."""

    def is_usable(self) -> bool:
        """Tell whether the idle connection is still there, without asking the server.

        A restarted or shut-down server leaves a message or an end of file on the socket, which makes it readable.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
