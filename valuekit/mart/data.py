"""Tables of the mart: the data behind the figures, and the methods."""

from __future__ import annotations

from valuekit.mart.declare import Table, columns

TABLES = (
    Table(
        "reconciliation",
        "Reconciliation to the ledger",
        "one line of the reconciliation, all months to the period",
        columns("""
position | integer | Order of the lines
line     | text    | What the line is: pathway:<service>, outside, unmatched, ledger
name     | text    | The line in words
amount   | number  | Pounds and pence
share    | number  | Share of the ledger total, 0 to 1
"""),
    ),
    Table(
        "quality_file",
        "Files read",
        "one file of the drop",
        columns("""
extract     | text    | Extract
file        | text    | File name
format      | text    | CSV, Parquet or XLSX, with the encoding of a CSV
rows        | integer | Rows read
accepted    | integer | Rows that passed every rule
quarantined | integer | Rows kept aside
late        | integer | Rows of an earlier month than the file's
share       | number  | quarantined over rows, 0 to 1
amount      | number  | Pounds in the file; empty for extracts without amounts
quarantined_amount | number | Pounds in the rows kept aside
note        | text    | What else was seen, in words
"""),
    ),
    Table(
        "quality_rule",
        "Rules broken",
        "one rule of one column of one extract",
        columns("""
extract | text    | Extract
column  | text    | Column; empty for a rule over the whole row
rule    | text    | The rule, in words
rows    | integer | Rows kept aside for it
effect  | text    | What it does to the totals, in words
"""),
    ),
    Table(
        "suppression",
        "Figures that are hidden in public",
        "one figure, or several of one row, that the public tables do not tell; never public itself",
        columns("""
table    | text    | Table of the public mart
title    | text    | Its title
row      | text    | The row, by what tells it apart
column   | text    | The columns that are hidden
reason   | text    | Why
kind     | text    | primary: it would tell of few people; secondary: with it such a figure could be had
"""),
        audiences=("board", "clinical"),
    ),
    Table(
        "dictionary",
        "Data dictionary",
        "one column of one extract",
        columns("""
extract     | text | Extract
extract_title | text | Title of the extract
extract_description | text | What the extract holds
arrives     | text | snapshot (a full list each month) or monthly
column      | text | Column
title       | text | Title of the column
description | text | What it holds
kind        | text | text, number, integer, pounds, date, datetime or month
required    | flag | Whether it must be filled
rule        | text | Range, pattern or codes allowed, in words
handling    | text | What becomes of an identifier; empty for the others
key         | flag | Whether it is part of the key
"""),
    ),
    Table(
        "method",
        "Methods",
        "one method",
        columns("""
method   | text    | Method identifier
position | integer | Order in the methods section
group    | text    | Part of the methods section
name     | text    | Name of the method
question | text    | The question that it answers
formula  | text    | How it is worked out, in words
units    | text    | Units of what goes in and what comes out
source   | text    | Publication it is taken from
fails    | text    | What it assumes, and when it is refused
function | text    | Function that does it
"""),
    ),
    Table(
        "method_example",
        "Methods: worked examples",
        "one line of the worked example of one method",
        columns("""
method   | text    | Method identifier
part     | text    | says, input, step, result, published or published_in
position | integer | Row of the input, or order of the line
name     | text    | Column of the input, or figure of the result; empty for words
text     | text    | The cell, figure or words
"""),
    ),
)
