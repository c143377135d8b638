"""`python -m mist_ci` is `mist-ci`."""

from mist_ci.cli import main

main()
