"""DuckDB's SQL in Spark's words, with DuckDB's meaning.

sqlglot translates the grammar. What remains here are the places where both engines take the same words and
mean something else; each has a test that fails without it.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp

_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
"""In a pattern: an escaped character, a class of characters, or the end (``$``)."""


@lru_cache(maxsize=256)
def to_spark(sql: str) -> str:
    """`sql`, one query of DuckDB's dialect, as Spark runs it."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    return tree.transform(_as_duckdb_means).sql(dialect="spark", comments=False)


def _as_duckdb_means(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Literal() if not node.is_string and "." in node.name:
            # Spark takes 86400.0 for a decimal, and would divide in decimals of few places.
            return exp.cast(node.copy(), "double") if not isinstance(node.parent, exp.Cast) else node
        case exp.DateDiff() if node.args["unit"].name == "SECOND":
            # DuckDB counts the seconds' boundaries between two times; Spark, whole seconds that went by.
            for end in ("this", "expression"):
                node.set(end, exp.TimestampTrunc(this=node.args[end], unit=exp.var("SECOND")))
            return node
        case exp.RegexpLike() | exp.RegexpFullMatch() | exp.RegexpExtract():
            return _pattern(node)
        case exp.Not(this=exp.In() as within) if within.args.get("query"):
            return exp.Not(this=_exists(within))
        case exp.Anonymous() if node.name.lower() == "hash":
            return exp.Anonymous(this="xxhash64", expressions=node.expressions)
        case _:
            return node


def _pattern(node: exp.Expr) -> exp.Expr:
    r"""In Java's patterns ``$`` also stands before a last line end; ``\z`` is the end and nothing else."""
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        return node
    words = _END.sub(lambda found: r"\z" if found[0] == "$" else found[0], pattern.this)
    if isinstance(node, exp.RegexpFullMatch):
        return exp.RegexpLike(this=node.this, expression=exp.Literal.string(rf"^(?:{words})\z"))
    node.set("expression", exp.Literal.string(words))
    return node


def _exists(within: exp.In) -> exp.Expr:
    """``x IN (SELECT held FROM person)`` as an EXISTS: Spark runs NOT IN as a loop over all pairs.

    Where x or held is missing NOT IN is unknown and NOT EXISTS true: nobody may ask it of a missing cell.
    """
    query = within.args["query"].unnest()
    (held,) = query.expressions
    return exp.Exists(
        this=query.copy()
        .select(exp.Literal.number(1), append=False)
        .where(exp.EQ(this=held.copy(), expression=within.this.copy()))
    )
