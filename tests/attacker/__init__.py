"""An attacker of the public tables: who reads all of them and reckons what must lie behind the gaps.

``bounds`` knows sums and their limits and nothing of hospitals; ``figures`` reads the tables, ``counts`` says
what they tell of people, ``money`` what they tell of pounds. The attacker reads public tables only. To be
stronger than anybody outside, it is also told which side of a hidden share is the small one, and which
departments buy what.
"""
