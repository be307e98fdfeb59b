"""Releases: a finished publish that somebody signed off, kept for good, compared with the one before."""

from valuekit.release.make import Released, compare, release
from valuekit.release.verify import verify

__all__ = ["Released", "compare", "release", "verify"]
