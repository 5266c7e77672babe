"""The listening socket, opened before anything else so that a taken port is known at once."""

import os
import socket

from django.core.management import CommandError


def listen(host: str, port: int) -> socket.socket:
    """Listen on a TCP port; the socket survives an ``exec``.

    Args:
        host: name or address to listen on.
        port: which port; 0 takes any free one.

    Raises:
        CommandError: the port is in use, or this process may not listen there.
    """
    listener = socket.socket(_family(host))
    # A port whose last user is just gone is free.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another port with --port."
        ) from error
    listener.listen()
    listener.set_inheritable(True)
    return listener


def url(descriptor: int) -> str:
    """The URL at which a browser on this machine reaches a listening socket."""
    with socket.socket(fileno=os.dup(descriptor)) as listener:
        host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
