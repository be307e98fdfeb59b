"""Measure the value of care, publish it, and spread what is learnt."""

__version__ = "0.1.0"
