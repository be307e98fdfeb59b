"""More of the attacker than every build has: what public sums of money tell.

The rest is :mod:`valuekit.measures.protection.attack`, which every build uses on its own tables.
"""
