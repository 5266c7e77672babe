"""A host as a process: ``python -m tests.sites.host <settings> <directory>`` prepares and serves.

It prints one line of JSON: where it listens, what signs a superuser in, what the checks say.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings


def main() -> None:
    """Migrate, make a superuser, say so, and serve until killed."""
    os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[1]
    os.environ["SITE_DIRECTORY"] = sys.argv[2]
    django.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    said = {
        "port": listener.getsockname()[1],
        "checks": checks(),
        "cookie": signed_in(),
        "taken": getattr(settings, "SITE_PROXY_TAKES", ""),
    }
    print(json.dumps(said), flush=True)  # noqa: T201
    serving()(listener)


def checks() -> list[str]:
    """What the system checks complain of, those of the databases included, once it is migrated."""
    from django.core.checks import run_checks
    from django.core.management import call_command

    for alias in getattr(settings, "SITE_MIGRATES", ["default"]):
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    if settings.STATIC_ROOT:
        call_command("collectstatic", interactive=False, verbosity=0)
    used = [alias for alias, database in settings.DATABASES.items() if database.get("NAME")]
    return [str(message) for message in run_checks(databases=used)]


def signed_in() -> list[str]:
    """Name and value of the cookie of a superuser."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    users: Any = get_user_model()
    ada = users.objects.create_superuser(**{users.USERNAME_FIELD: "ada@example.org"}, password="x")
    client = Client()
    client.force_login(ada)
    return [settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value]


def serving() -> Callable[[socket.socket], None]:
    """How the host is served: by WSGI, or by ASGI where its settings name such an application."""
    return asgi if getattr(settings, "ASGI_APPLICATION", None) else wsgi


def wsgi(listener: socket.socket) -> None:
    """Serve as `runserver` does, below ``SITE_SCRIPT_NAME`` if the settings name such a place."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """The tests know what they ask."""

    place = getattr(settings, "SITE_SCRIPT_NAME", "")
    inner = get_wsgi_application()
    if settings.STATIC_URL == "/static/" and not settings.STATIC_ROOT:
        inner = StaticFilesHandler(inner)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(place)
        environ["SCRIPT_NAME"] = place
        return inner(environ, start_response)

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket, server.server_address = listener, listener.getsockname()
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.set_app(application)
    server.serve_forever()


def asgi(listener: socket.socket) -> None:
    """Serve with uvicorn."""
    import uvicorn
    from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
    from django.core.asgi import get_asgi_application

    application: Any = ASGIStaticFilesHandler(get_asgi_application())
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
