"""A FlexMeasures server for all tests of this folder."""

from collections.abc import Iterator

import pytest

from examples.flexmeasures.live_site import Site, following_the_readme


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Everything started, and the README followed up to the first forecast; stopped and removed afterwards."""
    with following_the_readme() as site:
        yield site
