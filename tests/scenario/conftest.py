# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: addresses of a test's own, daemons that must leave no trouble."""
import itertools
import os
import signal
import time

import pytest

from daemon import Daemon
from federation import Federation

_net = itertools.count(1)
LIMIT = 240  # seconds a single test may take


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "normal: also run against the build without sanitizers")
    config.addinivalue_line("markers", "limit(seconds): the deadline")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """A deadline for every test, without a plugin."""
    def late(signum, frame):
        raise TimeoutError(f"the test took more than {limit} s")

    marker = item.get_closest_marker("limit")
    limit = marker.args[0] if marker else LIMIT
    old = signal.signal(signal.SIGALRM, late)
    signal.alarm(limit)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, old)


class Net:
    """127.x.y.z: x from this run, y from the test, z from the role."""

    def __init__(self, number):
        self.prefix = f"127.{20 + os.getpid() % 200}.{number % 250 + 1}."

    def __call__(self, host):
        return self.prefix + str(host)


@pytest.fixture
def net():
    return Net(next(_net))


@pytest.fixture(scope="module")
def module_net():
    return Net(next(_net))


class Farm:
    """Starts daemons and, at the end, stops them and reads their log."""

    def __init__(self):
        self.daemons = []

    def __call__(self, folder, config="", workers=2, start=True):
        d = Daemon(folder, config, workers)
        self.daemons.append(d)
        return d.start() if start else d

    def finish(self):
        late = []
        for d in self.daemons:
            if d.process is None:
                continue
            if d.alive():
                try:
                    d.stop()
                except AssertionError as e:
                    late.append(str(e))
            time.sleep(0.05)
            late += d.trouble()
        assert not late, "\n".join(late[:40])


@pytest.fixture
def farm():
    f = Farm()
    yield f
    f.finish()


@pytest.fixture(scope="module")
def module_farm():
    f = Farm()
    yield f
    f.finish()


@pytest.fixture
def fed(farm, net, tmp_path):
    """One federation with both python endpoints listening."""
    f = Federation(farm, net, tmp_path)
    yield f
    f.close()


@pytest.fixture(scope="module")
def shared_fed(module_farm, module_net, tmp_path_factory):
    f = Federation(module_farm, module_net, tmp_path_factory.mktemp("fed"))
    yield f
    f.close()
