"""Tests; `servers.py` starts real servers and workers."""
