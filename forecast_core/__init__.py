"""What training and serving share, in plain Python: timestamps, calendar, features, model card and forecaster."""

__version__ = "1.0.0"  # of the software (https://semver.org); the HTTP contract has a version of its own
