"""PLICS files made by hand or by the million, for tests and benchmarks: always the same for the same words.

:func:`document` writes a small file from plain Python values, so that a test can say what is in it.
:func:`write_feed` writes one of any size: every feed, negative corrections, nil elements, a field that the
feed does not have.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

NAMESPACE = "http://www.example.org/HealthcareCostingDataSet/v2.0-{year}"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = object()
"""A field that is there and says that it is nil."""

Cost = tuple[str, str, Sequence[tuple[str, str]]]
"""ActCstID, ActCnt, and (ResCstID, TotCst) of each resource."""


def file_name(
    feed: str, month: str = "2026-10", part: int = 1, created: str = "20261109T0913", ending: str = ".xml"
) -> str:
    """The collection's name for a file of the organisation RZZ."""
    year, number = int(month[:4]), int(month[5:])
    begins = year if number >= 4 else year - 1
    financial = f"FY{begins}-{(begins + 1) % 100:02d}_M{(number - 4) % 12 + 1:02d}"
    return f"{feed}_{financial}_RZZ_{created}_{part:02d}{ending}"


def header(feed: str, month: str, records: int | str, total: Decimal | str, **changes: str | None) -> str:
    """MessageHeader; a change to None leaves the field out."""
    fields: dict[str, str | None] = {
        "OrgSubmittingID": "RZZ", "FinYr": f"FY{month[:4]}", "PeriodStartDate": f"{month}-01",
        "PeriodEndDate": f"{month}-28", "CreateDateTime": "2026-11-09T09:13:00", "FeedType": feed,
        "NoOfActivityRecords": str(records), "TotalCosts": str(total),
    } | changes  # fmt: skip
    return (
        "<MessageHeader>"
        + "".join(f"<{k}>{v}</{k}>" for k, v in fields.items() if v is not None)
        + "</MessageHeader>"
    )


def record(fields: Mapping[str, object], costs: Iterable[Cost] = ()) -> str:
    """One Activity; a value of :data:`NIL` is an element that is nil."""
    out = ["<Activity>"]
    for name, value in fields.items():
        out.append(f'<{name} xsi:nil="true"/>' if value is NIL else f"<{name}>{escape(str(value))}</{name}>")
    for did, count, resources in costs:
        lines = "".join(
            f"<Resource><ResCstID>{r}</ResCstID><TotCst>{c}</TotCst></Resource>" for r, c in resources
        )
        out.append(f"<CstActivity><ActCstID>{did}</ActCstID><ActCnt>{count}</ActCnt>{lines}</CstActivity>")
    return "".join([*out, "</Activity>"])


def frame(head: str, body: str, year: str = "2627", before: str = "") -> str:
    """The whole document around a header and the records."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<HCDSExtract xmlns="{NAMESPACE.format(year=year)}" '
        f'xmlns:xsi="{XSI}">{head}<MessageBody>{body}</MessageBody></HCDSExtract>'
    )


def document(
    feed: str,
    records: Sequence[tuple[Mapping[str, object], Sequence[Cost]]],
    month: str = "2026-10",
    **changes: str | None,
) -> str:
    """A small document whose header agrees with its records, unless `changes` say otherwise."""
    total = sum(
        (Decimal(c) for _, costs in records for _, _, lines in costs for _, c in lines), Decimal("0.00")
    )
    if feed == "REC":
        total = sum((Decimal(str(fields["TotCst"])) for fields, _ in records), Decimal("0.00"))
    body = "".join(record(fields, costs) for fields, costs in records)
    return frame(header(feed, month, len(records), total, **changes), body)


# Files of any size


_RECORDS_AT_ONCE = 500


def write_feed(
    path: Path, feed: str, records: int, month: str = "2026-10", pretty: bool = True, seed: int = 1
) -> int:
    """Write a file of `records` records; returns the resource lines in it.

    The header is written last, over a place that was kept for it, so any size can be made in little memory.
    """
    draw = random.Random(f"{feed} {month} {seed}")
    total = lines = 0
    with path.open("wb") as file:
        start = frame(header(feed, month, f"{0:012d}", f"{0:012d}.00"), "").partition("</MessageBody>")[0]
        file.write(start.encode("utf-8"))
        for first in range(0, records, _RECORDS_AT_ONCE):
            out: list[str] = []
            for number in range(first, min(first + _RECORDS_AT_ONCE, records)):
                pence, count = _one(out, feed, number, month, draw)
                total, lines = total + pence, lines + count
            file.write((_indented(out) if pretty else "".join(out)).encode("utf-8"))
        file.write(b"</MessageBody></HCDSExtract>")
        said = f"{total // 100:012d}.{total % 100:02d}"
        start = frame(header(feed, month, f"{records:012d}", said), "").partition("</MessageBody>")[0]
        file.seek(0)
        file.write(start.encode("utf-8"))
    return lines


_DEPTH = {"<Ac": 2, "</A": 2, "<Cs": 3, "</C": 3, "<Re": 4, "</R": 4}


def _indented(parts: list[str]) -> str:
    """One element a line, as exporters write them."""
    return "".join(f"\n{_INDENT.get(part[:4], _FIELD)}{part}" for part in parts)


_INDENT = {"<Act": "  ", "</Ac": "  ", "<Cst": "   ", "</Cs": "   ", "<Res": "    ", "</Re": "    "}
_FIELD = "     "


def _one(out: list[str], feed: str, number: int, month: str, draw: random.Random) -> tuple[int, int]:
    """Append one record, element by element; its pence and its resource lines."""
    out.append("<Activity>")
    if feed == "REC":
        pence = draw.randrange(100_000, 90_000_000)
        out += (
            "<ReconciliationLevel>1</ReconciliationLevel>", f"<FinAccID>FA{number:04d}</FinAccID>",
            f"<ServID>SV{number % 40:03d}</ServID>", f"<TotCst>{pence // 100}.{pence % 100:02d}</TotCst>",
            "<TotCstIncome>0.00</TotCstIncome>", "</Activity>",
        )  # fmt: skip
        return pence, 0
    out += _fields(feed, number, month, draw)
    total = lines = 0
    for act in range(draw.randint(3, 8)):
        out += (
            "<CstActivity>",
            f"<ActCstID>{_ACTS[act]}</ActCstID>",
            f"<ActCnt>{draw.randint(1, 900)}</ActCnt>",
        )
        for code in draw.sample(_RESOURCES, draw.randint(3, 9)):
            pence = draw.randrange(5, 60_000)
            sign = ""
            if pence % 97 == 0:
                sign, total = "-", total - 2 * pence
            total, lines = total + pence, lines + 1
            out += (
                "<Resource>", f"<ResCstID>{code}</ResCstID>",
                f"<TotCst>{sign}{pence // 100}.{pence % 100:02d}</TotCst>", "</Resource>",
            )  # fmt: skip
        out.append("</CstActivity>")
    out.append("</Activity>")
    return total, lines


_ACTS = ("PAT006", "DIM001", "ODT005", "PAT001", "MDT002", "THR001", "PHA003", "OVH009")
_RESOURCES = tuple(f"CPF{i:03d}" for i in range(1, 31))


def nhs_number(number: int) -> str:
    """A number with the right check digit (modulus 11), from 999 0000 000 on; another where there is none."""
    digits = f"{999_000_000 + number:09d}"
    check = (11 - sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11) % 11
    return digits + str(check) if check < 10 else nhs_number(number + 500_000)


def _fields(feed: str, number: int, month: str, draw: random.Random) -> Iterator[str]:
    day = draw.randint(1, 25)
    identified = {
        "NHSNo": nhs_number(number % 400_000), "NhsSt": "01", "Postcd": "ZZ1 1AB",
        "DoB": f"19{draw.randint(20, 99)}-0{draw.randint(1, 9)}-11", "Gendr": draw.choice("12"),
    }  # fmt: skip
    of: dict[str, object] = {"OrgId": "RZZ"}
    if feed == "APC":
        of |= {"PLEMI": f"PL{number:09d}", "CDSID": f"CDS{number:09d}", **identified, "Pod": "NEL",
               "HSpellNo": f"SP{number:08d}", "EpiNo": 1, "EpStDte": f"{month}-{day:02d}",
               "EpEnDte": f"{month}-{day + 2:02d}", "EpType": 1, "HrgFce": "AA35A", "HrgSpl": "AA35A",
               "Alos": 2, "PathId": NIL, "PatOrgId": NIL, "Tfc": "328", "CFBand": 0,
               "PartCost": 0}  # fmt: skip
    elif feed == "OP":
        of |= {"CDSID": f"CDS{number:09d}", "PLEMI": f"PL{number:09d}", **identified, "Pod": "OPFA",
               "ATTENDID": f"AT{number:09d}", "HRG": "WF01A", "AppDate": f"{month}-{day:02d}",
               "AppTime": "09:30:00", "Tfc": "328", "CFBand": 0, "WhActTyp": 1, "PartCost": 0,
               "PathId": NIL}  # fmt: skip
    elif feed == "EC":
        of |= {"CDSID": f"CDS{number:09d}", **identified, "AEATTENDNO": f"AE{number:09d}", "HRG": "VB01Z",
               "ArrDate": f"{month}-{day:02d}", "ArrTime": "08:15:00", "DepDate": f"{month}-{day:02d}",
               "DepTime": "11:40:00", "DepTyp": "01"}  # fmt: skip
    elif feed == "SWC":
        of |= {"PLEMI": f"PL{number:09d}", "UnAct": 3, "CCLI": f"CC{number:07d}", "CCUF": "01",
               "UnActDate": f"{month}-{day:02d}", "CCPerType": 1, "OrgsSupp": 2,
               "UnHRG": "XC05Z"}  # fmt: skip
    else:
        of |= {"PLEMI": f"PL{number:09d}", "UnActDate": f"{month}-{day:02d}", "CSIU": "01", "UnCur": "SC97Z"}
    if number % 1000 == 7:
        of["LocalNote"] = f"note {number}"
    for name, value in of.items():
        yield f'<{name} xsi:nil="true"/>' if value is NIL else f"<{name}>{value}</{name}>"
