"""MIST CI: the eval gate between "training finished" and "deployed". Read `pipeline.py` first."""

__version__ = "0.1.0"
