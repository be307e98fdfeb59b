"""Sentences that the numbers write: the same in pages, PDFs, alt text and the board's summary.

Each function takes rows of the mart and returns plain text. The finding comes first; n, interval and
completeness stand beside it; nothing says why a figure moved.
"""
