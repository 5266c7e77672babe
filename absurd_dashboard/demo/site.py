"""The demo as a whole: what is started in which order, and stopped in the reverse one."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError

from absurd_dashboard.demo import parts
from absurd_dashboard.demo.crew import Crew
from absurd_dashboard.demo.processes import Child, running
from absurd_dashboard.demo.stopping import StopSignal
from absurd_dashboard.standalone import datadir, sockets

#: Seconds that PostgreSQL may take to write everything down.
CLUSTER_GRACE = 20.0
#: Seconds for the rest. A task that takes longer is left to its lease, as after a crash.
GRACE = 1.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says.

    Attributes:
        directory: where everything is kept.
        port: where the dashboard is served, on 127.0.0.1; 0: any free port.
        crash_every: seconds between two crashes of a worker; 0: none.
        downtime: seconds until a process that ended is started again.
    """

    directory: Path
    port: int = 8000
    crash_every: float = 120.0
    downtime: float = 25.0


def run(options: Options, say: Callable[[str], None]) -> None:
    """Run the demo until Ctrl-C or SIGTERM.

    Args:
        options: what the command line says.
        say: prints a line for the user.

    Raises:
        CommandError: one sentence about what is in the way.
    """
    directory = datadir.prepare(options.directory)
    with ExitStack() as stack:
        stack.enter_context(datadir.lock(directory))
        listener = stack.enter_context(sockets.listen("127.0.0.1", options.port))
        halt = stack.enter_context(StopSignal())
        say("Starting PostgreSQL, the workers and the dashboard.")
        _start(parts.Place(directory, listener), options, halt, stack, say)


def _start(
    place: parts.Place,
    options: Options,
    halt: StopSignal,
    stack: ExitStack,
    say: Callable[[str], None],
) -> None:
    cluster = place.cluster()
    stack.enter_context(running(cluster, grace=CLUSTER_GRACE))
    server = parts.first_line(cluster, halt)
    if server is None:
        return
    engine, state = parts.databases(server)
    web, traffic, workers = place.web(engine, state), place.traffic(engine), place.workers(engine)
    stack.enter_context(running(web, traffic, *workers, grace=GRACE))
    crew = Crew(workers, [traffic], crash_every=options.crash_every, downtime=options.downtime)
    if _ready(place.url, web, halt):
        say(place.welcome())
        _watch([cluster, web], crew, halt)


def _ready(url: str, web: Child, halt: StopSignal) -> bool:
    """Wait until the sign-in page is there; False when it is time to stop before that."""
    while not parts.answers(url):
        if halt.wait(0.1):
            return False
        _insist([web])
    return True


def _watch(vital: list[Child], crew: Crew, halt: StopSignal) -> None:
    """Keep the crew going until it is time to stop."""
    while not halt.wait(0.5):
        _insist(vital)
        crew.tend()


def _insist(vital: list[Child]) -> None:
    for child in vital:
        if not child.running:
            raise CommandError(f"The process {child.name!r} ended; {child.log} says why.")
