"""Disclosure control: how every public column is protected, and the steps that do it."""
