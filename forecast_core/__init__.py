"""What a forecast is, in plain Python: the standard library and nothing else.

Training and serving both build on this package, so that each rule between a calendar and a number exists once.
"""

__version__ = "1.0.0"  # of the software, by https://semver.org; the contract that it serves has its own
